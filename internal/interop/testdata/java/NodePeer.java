import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.recipes.nodes.PersistentTtlNode;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;

/**
 * Keeps znodes as Curator does. Arguments: connect string, the path whose creation ends it, and then, for each znode, its mode (ttl for a
 * PersistentTtlNode of two seconds, a trailing + for protection), path and data. It prints the path of each when it stands, and "closed" after
 * it has closed all of them.
 */
public class NodePeer {
  interface Closing {
    void close() throws Exception;
  }

  public static void main(String[] args) throws Exception {
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    Closing[] kept = new Closing[(args.length - 2) / 3];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = keep(client, args[2 + 3 * i], args[3 + 3 * i], args[4 + 3 * i].getBytes(StandardCharsets.UTF_8));
    }
    System.out.println("ready");
    for (int i = 0; client.checkExists().forPath(args[1]) == null; i++) {
      if (i == 3000) {
        System.out.println("nobody says stop");
        System.exit(2);
      }
      Thread.sleep(20);
    }
    for (Closing node : kept) {
      node.close();
    }
    System.out.println("closed");
    client.close();
    System.exit(0);
  }

  static Closing keep(CuratorFramework client, String mode, String path, byte[] data) throws Exception {
    if (mode.equals("ttl")) {
      PersistentTtlNode node = new PersistentTtlNode(client, path, 2000, data);
      node.start();
      stands(path, node.waitForInitialCreate(20, TimeUnit.SECONDS), path);
      return node::close;
    }
    boolean protection = mode.endsWith("+");
    CreateMode createMode = CreateMode.valueOf(protection ? mode.substring(0, mode.length() - 1) : mode);
    PersistentNode node = new PersistentNode(client, createMode, protection, path, data);
    node.start();
    stands(path, node.waitForInitialCreate(20, TimeUnit.SECONDS), node.getActualPath());
    return node::close;
  }

  static void stands(String path, boolean made, String actual) {
    if (!made) {
      System.out.println("not made: " + path);
      System.exit(2);
    }
    System.out.println("path " + actual);
  }
}
