import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.retry.RetryOneTime;

/**
 * A participant of Curator's elections. Arguments: latch, selector or look, and then those of MutexPeer, whose turns it takes while it
 * leads. A latch is closed after each turn, and another one joins. look prints what a LeaderLatch says about the others.
 */
public class LeaderPeer {
  public static void main(String[] args) throws Exception {
    String kind = args[0], path = args[2], counter = args[3], id = args[5];
    int wanted = Integer.parseInt(args[4]);
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[1])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    if (!client.blockUntilConnected(20, TimeUnit.SECONDS)) {
      MutexPeer.fail("no connection");
    }
    System.out.println("ready " + id);
    int turns = 0;
    switch (kind) {
      case "latch":
        for (boolean more = true; more; turns++) {
          LeaderLatch latch = new LeaderLatch(client, path, id);
          latch.start();
          if (!latch.await(60, TimeUnit.SECONDS)) {
            MutexPeer.fail("no leadership within a minute");
          }
          more = MutexPeer.turn(client, counter, id, wanted);
          latch.close();
        }
        break;
      case "selector":
        turns = select(client, path, counter, wanted, id);
        break;
      default:
        LeaderLatch latch = new LeaderLatch(client, path, id);
        System.out.println("leader " + latch.getLeader().getId() + " of " + latch.getParticipants().size());
        latch.start();
        System.out.println("joined");
        latch.await();
        System.out.println("leads");
        Thread.sleep(60000); // until it is killed
    }
    // A closed latch deletes its znode in the background; closing the client makes sure of it.
    client.close();
    System.out.println("done " + id + " " + turns);
    System.exit(0);
  }

  static int select(CuratorFramework client, String path, String counter, int wanted, String id) throws Exception {
    AtomicInteger turns = new AtomicInteger();
    CountDownLatch enough = new CountDownLatch(1);
    LeaderSelector selector =
        new LeaderSelector(
            client,
            path,
            new LeaderSelectorListenerAdapter() {
              @Override
              public void takeLeadership(CuratorFramework client) throws Exception {
                if (enough.getCount() == 0) {
                  return;
                }
                boolean more = MutexPeer.turn(client, counter, id, wanted);
                turns.incrementAndGet();
                if (!more) {
                  enough.countDown();
                }
              }
            });
    selector.setId(id);
    selector.autoRequeue();
    selector.start();
    if (!enough.await(100, TimeUnit.SECONDS)) {
      MutexPeer.fail("not enough turns");
    }
    selector.close();
    return turns.get();
  }
}
