import java.util.ArrayDeque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;

/** Curator's recipes in which some act together, see RecipesPeer. */
class GroupSetups {
  static final long SETTLED = 400, STUCK = 300; // milliseconds

  /** The leader gives up and joins again, once it leads. The others wait meanwhile. */
  static class Latches extends RecipesPeer.Setup {
    final LeaderLatch[] latches = new LeaderLatch[100];
    final BlockingQueue<Integer> leaders = new LinkedBlockingQueue<>();
    String path;

    @Override
    void open(String path) throws Exception {
      this.path = path;
      for (int n = 0; n < clients.size(); n++) {
        rejoin(n);
        while (latches[n].getParticipants().size() <= n) {
          Thread.sleep(1);
        }
      }
      cycles.add(
          () -> {
            int n = leaders.take(); // not always the one whose turn it is: they join in the background
            latches[n].close();
            rejoin(n);
          });
    }

    void rejoin(int n) throws Exception {
      LeaderLatch l = new LeaderLatch(clients.get(n), path);
      l.addListener(
          new LeaderLatchListener() {
            @Override
            public void isLeader() {
              leaders.add(n);
            }

            @Override
            public void notLeader() {}
          });
      latches[n] = l;
      l.start();
    }

    static LeaderLatch join(CuratorFramework c, String path) throws Exception {
      LeaderLatch l = new LeaderLatch(c, path);
      l.start();
      return l;
    }

    @Override
    void close() throws Exception {
      for (int n = 0; n < clients.size(); n++) {
        if (latches[n] != null) {
          latches[n].close();
        }
      }
    }
  }

  /** The leader closes and the next one, which waits already on another session, leads. */
  static class Failover extends RecipesPeer.Setup {
    final ArrayDeque<LeaderLatch> queue = new ArrayDeque<>();
    String path;
    int made;

    @Override
    void open(String path) {
      this.path = path;
      cycles.add(
          () -> {
            queue.remove().close();
            queue.element().await();
          });
    }

    @Override
    void prepare(int cycles) throws Exception {
      while (queue.size() < cycles + 1) {
        LeaderLatch l = Latches.join(clients.get(made++ % clients.size()), path);
        queue.add(l);
        while (l.getParticipants().size() < queue.size()) {
          Thread.sleep(1);
        }
      }
      queue.peek().await();
      Thread.sleep(SETTLED);
    }

    @Override
    void close() throws Exception {
      for (LeaderLatch l : queue) {
        l.close();
      }
    }
  }

  /**
   * All go in and out, each time at a barrier of its own, whose folder is there or not. Now and then one misses what happens, so nobody waits
   * without end.
   */
  static class Doubles extends RecipesPeer.Setup {
    final boolean there;
    final AtomicLong stuck = new AtomicLong();
    String path;
    int made;
    int[] next;

    @Override
    void open(String path) {
      this.path = path;
      next = new int[clients.size()];
      CyclicBarrier step = new CyclicBarrier(next.length);
      for (int i = 0; i < next.length; i++) {
        int n = i;
        cycles.add(
            () -> {
              step.await(); // who was late makes nobody late at the next
              DistributedDoubleBarrier b =
                  new DistributedDoubleBarrier(clients.get(n), path + "/" + next[n]++, next.length);
              if (!b.enter(STUCK, TimeUnit.MILLISECONDS)) {
                stuck.incrementAndGet();
              }
              if (!b.leave(STUCK, TimeUnit.MILLISECONDS)) {
                stuck.incrementAndGet();
              }
            });
      }
    }

    Doubles(boolean there) {
      this.there = there;
    }

    @Override
    long stuck() {
      return stuck.getAndSet(0);
    }

    @Override
    void prepare(int cycles) throws Exception {
      for (; there && made < next[0] + cycles; made++) {
        clients.get(0).create().forPath(path + "/" + made, new byte[0]);
      }
    }
  }
}
