import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.StandardLockInternalsDriver;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/**
 * A contender for Curator's InterProcessMutex. Arguments: connect string, lock path, counter path, hand-overs, id, and if need be another
 * name, such as kazoo's "__lock__", behind which a number counts as well.
 *
 * In each turn it shows that it is alone, by an ephemeral znode that nobody else may have, and counts in a way that goes wrong
 * if it is not. The counter's data is "turns last-holder hand-overs"; the last number grows when the holder is another than
 * before, and all contenders stop once it has reached the wanted number. The Go side does the same, see mutex_test.go.
 */
public class MutexPeer {
  public static void main(String[] args) throws Exception {
    String path = args[1], counter = args[2], id = args[4];
    int wanted = Integer.parseInt(args[3]);
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    if (!client.blockUntilConnected(20, TimeUnit.SECONDS)) {
      fail("no connection");
    }
    System.out.println("ready " + id);
    InterProcessMutex mutex =
        args.length < 6 ? new InterProcessMutex(client, path) : new InterProcessMutex(client, path, new Honouring(args[5]));
    int turns = 0;
    for (boolean more = true; more; turns++) {
      if (!mutex.acquire(60, TimeUnit.SECONDS)) {
        fail("no lock within a minute");
      }
      more = turn(client, counter, id, wanted);
      mutex.release();
    }
    System.out.println("done " + id + " " + turns);
    client.close();
  }

  static class Honouring extends StandardLockInternalsDriver {
    final String name;

    Honouring(String name) {
      this.name = name;
    }

    @Override
    public String fixForSorting(String child, String lockName) {
      int at = child.lastIndexOf(name);
      return at < 0 ? super.fixForSorting(child, lockName) : child.substring(at + name.length());
    }
  }

  static boolean turn(CuratorFramework client, String counter, String id, int wanted) throws Exception {
    try {
      client.create().withMode(CreateMode.EPHEMERAL).forPath(counter + "/holder", id.getBytes());
    } catch (KeeperException.NodeExistsException e) {
      fail("VIOLATION: there is another holder");
    }
    Stat stat = new Stat();
    String[] was = new String(client.getData().storingStatIn(stat).forPath(counter)).split(" ");
    int turns = Integer.parseInt(was[0]) + 1;
    int handovers = Integer.parseInt(was[2]) + (was[1].equals(id) ? 0 : 1);
    try {
      String now = turns + " " + id + " " + handovers;
      client.setData().withVersion(stat.getVersion()).forPath(counter, now.getBytes());
    } catch (KeeperException.BadVersionException e) {
      fail("VIOLATION: another holder has counted");
    }
    client.delete().forPath(counter + "/holder");
    return handovers < wanted;
  }

  static void fail(String why) {
    System.out.println(why);
    System.exit(2);
  }
}
