import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.recipes.atomic.AtomicValue;
import org.apache.curator.framework.recipes.atomic.CachedAtomicLong;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.framework.recipes.shared.SharedValue;
import org.apache.curator.retry.RetryNTimes;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;

/**
 * Curator's recipes in settings that both sides must agree on. Arguments: connect string, what, path, and what that needs; see setting_test.go. Where
 * the sides take turns, Java waits for a znode that Go makes.
 */
public class SettingPeer {
  static CuratorFramework client;

  public static void main(String[] args) throws Exception {
    CuratorFrameworkFactory.Builder builder =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200));
    String what = args[1], path = args[2];
    if (what.equals("tenant")) {
      builder
          .namespace("team")
          .authorization("digest", "ann:secret".getBytes())
          .aclProvider(
              new ACLProvider() {
                @Override
                public List<ACL> getDefaultAcl() {
                  return ZooDefs.Ids.CREATOR_ALL_ACL;
                }

                @Override
                public List<ACL> getAclForPath(String path) {
                  return ZooDefs.Ids.CREATOR_ALL_ACL;
                }
              });
    }
    client = builder.build();
    client.start();
    if (!client.blockUntilConnected(20, TimeUnit.SECONDS)) {
      MutexPeer.fail("no connection");
    }
    switch (what) {
      case "tenant":
        tenant(path, Integer.parseInt(args[3]));
        break;
      case "cached":
        cached(path, Integer.parseInt(args[3]));
        break;
      case "shared":
        shared(path);
        break;
      case "downgrade":
        downgrade(path);
        break;
      case "semaphore":
        semaphore(path);
        break;
      case "compressed":
        compressed(path);
        break;
      default:
        latch(path);
    }
    System.out.println("over");
    client.close();
    System.exit(0);
  }

  /** Waits for a znode beside the recipe's, also through the end of a session. */
  static void await(String name) throws Exception {
    for (int i = 0; i < 3000; i++) {
      try {
        if (client.checkExists().forPath("/interop-" + name) != null) {
          return;
        }
      } catch (KeeperException e) {
        System.out.println("looks again: " + e.code());
      }
      Thread.sleep(20);
    }
    MutexPeer.fail("no word of " + name);
  }

  static void tenant(String path, int turns) throws Exception {
    InterProcessMutex mutex = new InterProcessMutex(client, path);
    for (int i = 0; i < turns; i++) {
      mutex.acquire();
      client.create().creatingParentsIfNeeded().withMode(CreateMode.EPHEMERAL).forPath("/proof/holder");
      client.delete().forPath("/proof/holder");
      mutex.release();
    }
  }

  static void cached(String path, int numbers) throws Exception {
    DistributedAtomicLong number = new DistributedAtomicLong(client, path, new RetryNTimes(1000, 1));
    CachedAtomicLong cached = new CachedAtomicLong(number, 10);
    System.out.println("ready");
    for (int i = 0; i < numbers; i++) {
      AtomicValue<Long> next = cached.next();
      if (!next.succeeded()) {
        MutexPeer.fail("no number");
      }
      System.out.println("number " + next.preValue());
    }
  }

  static void shared(String path) throws Exception {
    SharedCount count = new SharedCount(client, path + "/count", 5);
    SharedValue value = new SharedValue(client, path + "/value", "seed".getBytes());
    count.start();
    value.start();
    System.out.println("count " + count.getCount() + " value " + new String(value.getValue()));
    count.setCount(count.getCount() + 1);
    value.setValue((new String(value.getValue()) + " of java").getBytes());
    System.out.println("written");
    for (int i = 0; count.getCount() != -2 || !new String(value.getValue()).equals("go"); i++) {
      if (i == 3000) {
        MutexPeer.fail("still " + count.getCount() + " and " + new String(value.getValue()));
      }
      Thread.sleep(20);
    }
    count.close();
    value.close();
  }

  static void downgrade(String path) throws Exception {
    InterProcessReadWriteLock lock = new InterProcessReadWriteLock(client, path);
    lock.writeLock().acquire();
    lock.readLock().acquire();
    lock.writeLock().release();
    System.out.println("reading");
    await("read");
    lock.readLock().release();
    await("downgraded");
    System.out.println("write " + lock.writeLock().acquire(500, TimeUnit.MILLISECONDS));
    System.out.println("read " + lock.readLock().acquire(10, TimeUnit.SECONDS));
    lock.readLock().release();
    System.out.println("waiting");
    System.out.println("write at last " + lock.writeLock().acquire(60, TimeUnit.SECONDS));
    lock.writeLock().release();
  }

  static void semaphore(String path) throws Exception {
    SharedCount limit = new SharedCount(client, path + "-limit", 1);
    limit.start();
    InterProcessSemaphoreV2 semaphore = new InterProcessSemaphoreV2(client, path, limit);
    System.out.println("waiting");
    Lease lease = semaphore.acquire(60, TimeUnit.SECONDS);
    System.out.println("lease " + (lease != null) + " of " + semaphore.getParticipantNodes().size());
    await("leased");
    limit.setCount(3);
    await("third");
    semaphore.returnLease(lease);
    limit.close();
  }

  static void compressed(String path) throws Exception {
    System.out.println("read " + new String(client.getData().decompressed().forPath(path + "/go")) + ".");
    System.out.println("empty " + client.getData().decompressed().forPath(path + "/nothing").length);
    client.create().compressed().forPath(path + "/java", "hello".getBytes());
    client.create().compressed().forPath(path + "/void", new byte[0]);
  }

  static void latch(String path) throws Exception {
    LeaderLatch latch = new LeaderLatch(client, path, "java");
    latch.addListener(
        new LeaderLatchListener() {
          @Override
          public void isLeader() {
            System.out.println("leads");
          }

          @Override
          public void notLeader() {
            System.out.println("leads no longer");
          }
        });
    latch.start();
    StringBuilder passwd = new StringBuilder();
    for (byte b : client.getZookeeperClient().getZooKeeper().getSessionPasswd()) {
      passwd.append(String.format("%02x", b));
    }
    System.out.println("session " + client.getZookeeperClient().getZooKeeper().getSessionId() + " " + passwd);
    await("seen");
    latch.close();
  }
}
