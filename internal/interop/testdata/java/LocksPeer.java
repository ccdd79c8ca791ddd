import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMultiLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.Revoker;
import org.apache.curator.retry.RetryOneTime;

/**
 * Curator's other locks. Arguments: connect string, what, path, and for a contender the counter path, hand-overs and id of MutexPeer, whose turns it
 * takes.
 *
 * "semaphore" contends for an InterProcessSemaphoreMutex, "multi" for a multi lock of three kinds, "reentrant" for a mutex that it acquires twice, "rw" for
 * the write lock of an InterProcessReadWriteLock, acquired twice, within which it reads.
 * "hold" holds a mutex until somebody asks it to let go. "revoke" asks every participant of a mutex, and tells their paths.
 */
public class LocksPeer {
  static CuratorFramework client;
  static String path;
  static InterProcessLock within;

  public static void main(String[] args) throws Exception {
    client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    path = args[2];
    if (!client.blockUntilConnected(20, TimeUnit.SECONDS)) {
      MutexPeer.fail("no connection");
    }
    switch (args[1]) {
      case "hold":
        hold();
        break;
      case "revoke":
        for (String node : new InterProcessMutex(client, path).getParticipantNodes()) {
          Revoker.attemptRevoke(client, node);
          System.out.println("asked " + node);
        }
        break;
      default:
        contend(args[1], lock(args[1]), args[3], Integer.parseInt(args[4]), args[5]);
    }
    System.out.println("over");
    client.close();
  }

  static InterProcessLock lock(String kind) {
    switch (kind) {
      case "rw":
        InterProcessReadWriteLock both = new InterProcessReadWriteLock(client, path);
        within = both.readLock();
        return both.writeLock();
      case "semaphore":
        return new InterProcessSemaphoreMutex(client, path);
      case "multi":
        return new InterProcessMultiLock(
            Arrays.<InterProcessLock>asList(
                new InterProcessMutex(client, path + "/1"),
                new InterProcessSemaphoreMutex(client, path + "/2"),
                new InterProcessReadWriteLock(client, path + "/3").writeLock()));
      default:
        return new InterProcessMutex(client, path);
    }
  }

  static void contend(String kind, InterProcessLock lock, String counter, int wanted, String id) throws Exception {
    System.out.println("ready " + id);
    int turns = 0;
    for (boolean more = true; more; turns++) {
      boolean twice = kind.equals("reentrant") || within != null;
      if (!lock.acquire(60, TimeUnit.SECONDS) || twice && !lock.acquire(60, TimeUnit.SECONDS)) {
        MutexPeer.fail("no lock within a minute");
      }
      if (twice) {
        lock.release();
      }
      if (within != null && !within.acquire(60, TimeUnit.SECONDS)) {
        MutexPeer.fail("no read lock within a minute");
      }
      more = MutexPeer.turn(client, counter, id, wanted);
      if (within != null) {
        within.release();
      }
      lock.release();
    }
    System.out.println("done " + id + " " + turns);
  }

  static void hold() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    InterProcessMutex mutex = new InterProcessMutex(client, path);
    mutex.makeRevocable(m -> asked.countDown());
    mutex.acquire();
    System.out.println("holding");
    if (!asked.await(60, TimeUnit.SECONDS)) {
      MutexPeer.fail("not asked within a minute");
    }
    System.out.println("asked");
    mutex.release();
  }
}
