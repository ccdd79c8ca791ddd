import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;

/**
 * A user of Curator's barriers. Arguments: connect string, path, id, then for double barriers the number of members and of rounds.
 *
 * Without these it waits at the barrier path/a, then holds the barrier path/b for half a second. A round of a double barrier is at a
 * path of its own. Each member says "came" before it enters and "left" before it leaves, by a znode below /interop/marks, and looks afterwards who else
 * did. The Go side does the same, see barrier_test.go.
 */
public class BarrierPeer {
  static final String MARKS = "/interop/marks";

  public static void main(String[] args) throws Exception {
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    if (!client.blockUntilConnected(20, TimeUnit.SECONDS)) {
      MutexPeer.fail("no connection");
    }
    System.out.println("ready");
    if (args.length == 3) {
      simple(client, args[1]);
    } else {
      for (int round = 0; round < Integer.parseInt(args[4]); round++) {
        pass(client, args[1], args[2], Integer.parseInt(args[3]), round);
      }
    }
    client.close();
    System.out.println("done");
    System.exit(0);
  }

  static void simple(CuratorFramework client, String path) throws Exception {
    if (!new DistributedBarrier(client, path + "/a").waitOnBarrier(60, TimeUnit.SECONDS)) {
      MutexPeer.fail("the barrier does not open");
    }
    System.out.println("passed");
    DistributedBarrier mine = new DistributedBarrier(client, path + "/b");
    mine.setBarrier();
    System.out.println("closed");
    Thread.sleep(500);
    mark(client, "opened");
    mine.removeBarrier();
  }

  static void pass(CuratorFramework client, String path, String id, int members, int round) throws Exception {
    DistributedDoubleBarrier barrier = new DistributedDoubleBarrier(client, path + "/" + round, members);
    mark(client, "came-" + round + "-" + id);
    if (!barrier.enter(60, TimeUnit.SECONDS)) {
      MutexPeer.fail("does not enter round " + round);
    }
    if (count(client, "came-" + round + "-") < members) {
      MutexPeer.fail("VIOLATION: in before all came, in round " + round);
    }
    mark(client, "left-" + round + "-" + id);
    if (!barrier.leave(60, TimeUnit.SECONDS)) {
      MutexPeer.fail("does not leave round " + round);
    }
    // Curator's members may be out while one other is in, which is Curator's own.
    if (count(client, "left-" + round + "-") < members - 1) {
      MutexPeer.fail("VIOLATION: out before all left, in round " + round);
    }
  }

  static void mark(CuratorFramework client, String name) throws Exception {
    client.create().creatingParentsIfNeeded().withMode(CreateMode.PERSISTENT).forPath(MARKS + "/" + name);
  }

  static long count(CuratorFramework client, String prefix) throws Exception {
    return client.getChildren().forPath(MARKS).stream().filter(name -> name.startsWith(prefix)).count();
  }
}
