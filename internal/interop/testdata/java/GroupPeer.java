import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.retry.RetryOneTime;

/**
 * A member of a group. Arguments: connect string, group path, id, data, and the path whose creation makes it leave. It prints who is in whenever that
 * changes, as "{id=data, ...}", and changes its own data to "left soon" when the group has a member named "leave".
 */
public class GroupPeer {
  public static void main(String[] args) throws Exception {
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    GroupMember member = new GroupMember(client, args[1], args[2], args[3].getBytes(StandardCharsets.UTF_8));
    member.start();
    String last = "";
    boolean told = false;
    for (int i = 0; client.checkExists().forPath(args[4]) == null; i++) {
      if (i == 3000) {
        System.out.println("nobody says stop");
        System.exit(2);
      }
      Map<String, String> now = new TreeMap<>();
      for (Map.Entry<String, byte[]> e : member.getCurrentMembers().entrySet()) {
        now.put(e.getKey(), new String(e.getValue(), StandardCharsets.UTF_8));
      }
      if (!now.toString().equals(last)) {
        last = now.toString();
        System.out.println(last);
      }
      if (!told && now.containsKey("leave")) {
        member.setThisData("left soon".getBytes(StandardCharsets.UTF_8));
        told = true;
      }
      Thread.sleep(20);
    }
    member.close();
    System.out.println("closed");
    client.close();
    System.exit(0);
  }
}
