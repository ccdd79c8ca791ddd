import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.atomic.AtomicValue;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicValue;
import org.apache.curator.framework.recipes.atomic.PromotedToLock;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.retry.RetryNTimes;
import org.apache.curator.retry.RetryOneTime;

/**
 * Curator's counters, changed together with Go's. Arguments: connect string, folder, changes. Each counter gets so many changes; the Go side
 * makes as many at the same time and looks at the sum, see counter_test.go.
 */
public class CounterPeer {
  public static void main(String[] args) throws Exception {
    String folder = args[1];
    int changes = Integer.parseInt(args[2]);
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    PromotedToLock lock =
        PromotedToLock.builder().lockPath(folder + "/long").retryPolicy(new RetryNTimes(10, 1)).build();
    DistributedAtomicLong number =
        new DistributedAtomicLong(client, folder + "/long", new RetryNTimes(3, 1), lock);
    DistributedAtomicValue value =
        new DistributedAtomicValue(client, folder + "/value", new RetryNTimes(1000, 1));
    SharedCount count = new SharedCount(client, folder + "/count", 0);
    count.start();
    System.out.println("ready");
    for (int made = 0; made < changes; ) {
      AtomicValue<Long> res = number.add(3L);
      if (res.succeeded()) {
        made++;
      }
    }
    for (int made = 0; made < changes; ) {
      byte[] was = value.get().postValue();
      byte[] next = java.util.Arrays.copyOf(was, was.length + 1);
      next[was.length] = 'j';
      if (value.compareAndSet(was, next).succeeded()) {
        made++;
      }
    }
    for (int made = 0; made < changes; ) {
      if (count.trySetCount(count.getVersionedValue(), count.getCount() + 1)) {
        made++;
      }
    }
    System.out.println("done");
    // The other side ends by making the count negative, which Curator's listener must see.
    for (int i = 0; count.getCount() != -7; i++) {
      if (i == 1000) {
        System.out.println("the count is " + count.getCount());
        System.exit(2);
      }
      Thread.sleep(20);
    }
    System.out.println("long " + number.get().postValue());
    count.close();
    client.close();
  }
}
