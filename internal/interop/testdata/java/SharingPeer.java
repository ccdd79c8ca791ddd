import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;

/**
 * A contender for Curator's InterProcessReadWriteLock and InterProcessSemaphoreV2. Arguments: connect string, "rw" or "semaphore", path, proof,
 * turns.
 *
 * Who holds makes an ephemeral znode under proof and looks who else is there, as the Go side does, see sharing_test.go: beside a writer nobody
 * may be, and with a semaphore of two leases no more than two. Every third turn of "rw" writes.
 */
public class SharingPeer {
  static CuratorFramework client;
  static String proof;

  public static void main(String[] args) throws Exception {
    client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    String path = args[2];
    proof = args[3];
    int turns = Integer.parseInt(args[4]);
    if (!client.blockUntilConnected(20, TimeUnit.SECONDS)) {
      fail("no connection");
    }
    System.out.println("ready");
    InterProcessReadWriteLock rw = new InterProcessReadWriteLock(client, path);
    InterProcessSemaphoreV2 semaphore = new InterProcessSemaphoreV2(client, path, 2);
    for (int i = 0; i < turns; i++) {
      if (args[1].equals("semaphore")) {
        Lease lease = semaphore.acquire(60, TimeUnit.SECONDS);
        if (lease == null) {
          fail("no lease within a minute");
        }
        hold("lease");
        semaphore.returnLease(lease);
      } else if (i % 3 == 0) {
        rw.writeLock().acquire();
        hold("write");
        rw.writeLock().release();
      } else {
        rw.readLock().acquire();
        hold("read");
        rw.readLock().release();
      }
    }
    System.out.println("done");
    client.close();
  }

  static void hold(String kind) throws Exception {
    String own = client.create().withMode(CreateMode.EPHEMERAL_SEQUENTIAL).forPath(proof + "/" + kind + "-java-");
    int all = 0, writers = 0;
    for (String name : client.getChildren().forPath(proof)) {
      all++;
      writers += name.startsWith("write") ? 1 : 0;
    }
    if (kind.equals("lease") ? all > 2 : writers > 0 && all > 1) {
      fail("VIOLATION: " + client.getChildren().forPath(proof));
    }
    client.delete().forPath(own);
  }

  static void fail(String why) {
    System.out.println(why);
    System.exit(2);
  }
}
