import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.atomic.AtomicValue;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicInteger;
import org.apache.curator.retry.RetryNTimes;
import org.apache.curator.retry.RetryOneTime;

/** Curator's DistributedAtomicInteger. Arguments: connect string, path, changes. Each change adds 3; see counter_test.go. */
public class IntegerPeer {
  public static void main(String[] args) throws Exception {
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    DistributedAtomicInteger number = new DistributedAtomicInteger(client, args[1], new RetryNTimes(1000, 1));
    for (int made = 0; made < Integer.parseInt(args[2]); ) {
      AtomicValue<Integer> res = number.add(3);
      if (res.succeeded()) {
        made++;
      }
    }
    System.out.println("done " + number.get().postValue());
    client.close();
  }
}
