import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.cache.TreeCache;
import org.apache.curator.framework.recipes.cache.TreeCacheEvent;

/** Curator's caches, see RecipesPeer. */
class CacheSetups {
  static final long GIVEN_UP = 12; // seconds without one znode more

  /**
   * Loads a tree. More than 65,535 reads under way are too many for what counts them: it throws then, in a thread that reports it to nobody,
   * and the cache never says that it is there, or says so too early.
   */
  static class Tree extends RecipesPeer.Setup {
    CuratorCache cache;
    int expected;

    @Override
    void open(String path) {
      cycles.add(
          () -> {
            CountDownLatch loaded = new CountDownLatch(1);
            cache = CuratorCache.build(clients.get(0), path);
            cache.listenable().addListener(CuratorCacheListener.builder().forInitialized(loaded::countDown).build());
            cache.start();
            long seen = -1;
            while (!loaded.await(GIVEN_UP, TimeUnit.SECONDS)) {
              if (cache.size() == seen) {
                throw new IllegalStateException("stopped at " + seen + " of " + expected + " znodes");
              }
              seen = cache.size();
            }
            if (cache.size() != expected) {
              throw new IllegalStateException("said to be initialized with " + cache.size() + " of " + expected + " znodes");
            }
          });
    }

    @Override
    void prepare(int znodes) {
      close();
      expected = znodes;
    }

    @Override
    void close() {
      if (cache != null) {
        cache.close();
        cache = null;
      }
    }
  }

  /** Loads a tree with the cache from before CuratorCache. */
  static class OldTree extends RecipesPeer.Setup {
    final AtomicLong nodes = new AtomicLong();
    TreeCache cache;
    int expected;

    @Override
    void open(String path) {
      cycles.add(
          () -> {
            CountDownLatch loaded = new CountDownLatch(1);
            nodes.set(0);
            cache = TreeCache.newBuilder(clients.get(0), path).build();
            cache
                .getListenable()
                .addListener(
                    (c, event) -> {
                      if (event.getType() == TreeCacheEvent.Type.NODE_ADDED) {
                        nodes.incrementAndGet();
                      } else if (event.getType() == TreeCacheEvent.Type.INITIALIZED) {
                        loaded.countDown();
                      }
                    });
            cache.start();
            long seen = -1;
            while (!loaded.await(GIVEN_UP, TimeUnit.SECONDS)) {
              if (nodes.get() == seen) {
                throw new IllegalStateException("stopped at " + seen + " of " + expected + " znodes");
              }
              seen = nodes.get();
            }
            if (nodes.get() != expected) {
              throw new IllegalStateException("said to be initialized with " + nodes + " of " + expected + " znodes");
            }
          });
    }

    @Override
    void prepare(int znodes) {
      close();
      expected = znodes;
    }

    @Override
    void close() {
      if (cache != null) {
        cache.close();
        cache = null;
      }
    }
  }

  /** From a writer's answer until a cache's listener has the new data. */
  static class Listener extends RecipesPeer.Setup {
    final BlockingQueue<Long> told = new LinkedBlockingQueue<>();
    CuratorCache cache;
    String path;
    int written;

    @Override
    void open(String path) throws Exception {
      this.path = path;
      CountDownLatch loaded = new CountDownLatch(1);
      cache = CuratorCache.build(clients.get(0), path);
      cache
          .listenable()
          .addListener(
              CuratorCacheListener.builder().forInitialized(loaded::countDown).forChanges((was, is) -> told.add(System.nanoTime())).build());
      cache.start();
      if (!loaded.await(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("not loaded");
      }
    }

    @Override
    long[] run(ExecutorService threads, int most, long within) throws Exception {
      long n = 0, took = 0, start = System.nanoTime();
      for (; n < most && (within == 0 || System.nanoTime() - start < within); n++) {
        clients.get(1).setData().forPath(path, ("" + written++).getBytes());
        long answered = System.nanoTime();
        Long at = told.poll(10, TimeUnit.SECONDS);
        if (at == null) {
          throw new IllegalStateException("not told");
        }
        took += Math.max(1, at - answered);
      }
      return new long[] {n, took};
    }

    @Override
    void close() {
      if (cache != null) {
        cache.close();
      }
    }
  }
}
