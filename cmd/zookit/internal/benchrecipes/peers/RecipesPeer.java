import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.atomic.PromotedToLock;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.cache.TreeCache;
import org.apache.curator.framework.recipes.cache.TreeCacheEvent;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.framework.recipes.shared.VersionedValue;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryNTimes;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.RetryPolicy;

/**
 * Curator's side of the benchmark. Its argument is the port of the one who asks; questions and answers are a line each, see peer.go.
 *
 * <p>recipes; open recipe contenders connect-string path; prepare cycles; run cycles nanoseconds; heap; close.
 */
public class RecipesPeer {
  static final long SETTLED = 400, STUCK = 300; // milliseconds
  static final long GIVEN_UP = 12; // seconds without one znode more
  static final int BURST = 100;

  /** What each contender does over and over. */
  interface Cycle {
    void run() throws Exception;
  }

  /** A recipe that contenders share. */
  abstract static class Setup {
    final List<CuratorFramework> clients = new ArrayList<>();
    final List<Cycle> cycles = new ArrayList<>();

    abstract void open(String path) throws Exception;

    void prepare(int cycles) throws Exception {}

    void close() throws Exception {}

    /** How many waits were given up. */
    long stuck() {
      return 0;
    }

    /** Lets each do so many cycles; those that none begins after so many nanoseconds, unless that is 0. If one fails all are interrupted. */
    long[] run(ExecutorService threads, int most, long within) throws Exception {
      long[] start = new long[1];
      CountDownLatch ready = new CountDownLatch(cycles.size()), go = new CountDownLatch(1);
      CompletionService<Long> done = new ExecutorCompletionService<>(threads);
      List<Future<Long>> all = new ArrayList<>();
      for (Cycle c : cycles) {
        all.add(
            done.submit(
                () -> {
                  ready.countDown();
                  go.await();
                  long n = 0;
                  for (; n < most && (within == 0 || System.nanoTime() - start[0] < within); n++) {
                    c.run();
                  }
                  return n;
                }));
      }
      ready.await();
      start[0] = System.nanoTime();
      go.countDown();
      long n = 0;
      try {
        for (Future<Long> each : all) {
          n += done.take().get();
        }
      } finally {
        for (Future<Long> each : all) {
          each.cancel(true); // does nothing to those that are through
        }
      }
      return new long[] {n, System.nanoTime() - start[0]};
    }
  }

  /** Makes a contender's cycle. */
  interface Contender {
    Cycle of(CuratorFramework client, String path) throws Exception;
  }

  static Setup each(Contender contender) {
    return new Setup() {
      @Override
      void open(String path) throws Exception {
        for (CuratorFramework c : clients) {
          cycles.add(contender.of(c, path));
        }
      }
    };
  }

  static final String RECIPES =
      "mutex rw rwread semaphore1 semaphore4 long promoted shared latch failover double doublenew simple simplebatch queue queuelock batch batchlock tree treecache listener";

  static Setup setup(String recipe) {
    switch (recipe) {
      case "mutex":
        return each(
            (c, path) -> {
              InterProcessMutex m = new InterProcessMutex(c, path);
              return () -> {
                m.acquire();
                m.release();
              };
            });
      case "rw":
        return each(
            (c, path) -> {
              InterProcessMutex m = new InterProcessReadWriteLock(c, path).writeLock();
              return () -> {
                m.acquire();
                m.release();
              };
            });
      case "rwread":
        return each(
            (c, path) -> {
              InterProcessMutex m = new InterProcessReadWriteLock(c, path).readLock();
              return () -> {
                m.acquire();
                m.release();
              };
            });
      case "semaphore1":
        return each((c, path) -> semaphore(c, path, 1));
      case "semaphore4":
        return each((c, path) -> semaphore(c, path, 4));
      case "long":
        return each((c, path) -> add(new DistributedAtomicLong(c, path + "/value", patient())));
      case "promoted":
        return each(
            (c, path) ->
                add(
                    new DistributedAtomicLong(
                        c,
                        path + "/value",
                        new RetryOneTime(0),
                        PromotedToLock.builder().lockPath(path + "/lock").retryPolicy(patient()).timeout(1, TimeUnit.MINUTES).build())));
      case "shared":
        return new Shared();
      case "latch":
        return new Latches();
      case "failover":
        return new Failover();
      case "double":
        return new Doubles(true);
      case "doublenew":
        return new Doubles(false);
      case "queue":
        return new Queue(1, false);
      case "queuelock":
        return new Queue(1, true);
      case "batch":
        return new Queue(BURST, false);
      case "batchlock":
        return new Queue(BURST, true);
      case "tree":
        return new Tree();
      case "listener":
        return new Listener();
      case "simple":
        return each((c, path) -> simple(c, path, 1));
      case "simplebatch":
        return each((c, path) -> simple(c, path, BURST));
      case "treecache":
        return new OldTree();
      default:
        throw new IllegalArgumentException(recipe);
    }
  }

  /** Tries again at once: pauses would be all that is measured. */
  static RetryPolicy patient() {
    return new RetryNTimes(100000, 0);
  }

  static Cycle semaphore(CuratorFramework c, String path, int leases) {
    InterProcessSemaphoreV2 s = new InterProcessSemaphoreV2(c, path, leases);
    return () -> {
      Lease lease = s.acquire();
      s.returnLease(lease);
    };
  }

  static Cycle add(DistributedAtomicLong n) {
    return () -> {
      if (!n.increment().succeeded()) {
        throw new IllegalStateException("not added");
      }
    };
  }

  static Cycle simple(CuratorFramework c, String path, int burst) {
    SimpleDistributedQueue q = new SimpleDistributedQueue(c, path);
    byte[] item = new byte[100];
    return () -> {
      for (int i = 0; i < burst; i++) {
        q.offer(item);
      }
      for (int i = 0; i < burst; i++) {
        if (q.poll() == null) {
          throw new IllegalStateException("nothing to poll");
        }
      }
    };
  }

  static class Shared extends Setup {
    final List<SharedCount> counts = new ArrayList<>();

    @Override
    void open(String path) throws Exception {
      for (CuratorFramework c : clients) {
        SharedCount n = new SharedCount(c, path + "/value", 0);
        n.start();
        counts.add(n);
        cycles.add(
            () -> {
              for (; ; ) {
                VersionedValue<Integer> v = n.getVersionedValue();
                if (n.trySetCount(v, v.getValue() + 1)) {
                  return;
                }
              }
            });
      }
    }

    @Override
    void close() throws Exception {
      for (SharedCount n : counts) {
        n.close();
      }
    }
  }

  /** The leader gives up and joins again, once it leads. The others wait meanwhile. */
  static class Latches extends Setup {
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
  static class Failover extends Setup {
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
  static class Doubles extends Setup {
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

  /** So many items are put, and then waited for until all are consumed. */
  static class Queue extends Setup {
    final int burst;
    final boolean safe;
    final Semaphore consumed = new Semaphore(0);
    DistributedQueue<byte[]> queue;

    Queue(int burst, boolean safe) {
      this.burst = burst;
      this.safe = safe;
    }

    @Override
    void open(String path) throws Exception {
      QueueBuilder<byte[]> builder =
          QueueBuilder.builder(
              clients.get(0),
              new QueueConsumer<byte[]>() {
                @Override
                public void consumeMessage(byte[] item) {
                  consumed.release();
                }

                @Override
                public void stateChanged(CuratorFramework c, ConnectionState state) {}
              },
              new QueueSerializer<byte[]>() {
                @Override
                public byte[] serialize(byte[] item) {
                  return item;
                }

                @Override
                public byte[] deserialize(byte[] item) {
                  return item;
                }
              },
              path + "/queue");
      queue = (safe ? builder.lockPath(path + "/locks") : builder).buildQueue();
      queue.start();
      byte[] item = new byte[100];
      cycles.add(
          () -> {
            for (int i = 0; i < burst; i++) {
              queue.put(item);
            }
            if (!consumed.tryAcquire(burst, 20, TimeUnit.SECONDS)) {
              throw new IllegalStateException("not all consumed: " + consumed.availablePermits());
            }
          });
    }

    @Override
    void close() throws Exception {
      if (queue != null) {
        queue.close();
      }
    }
  }

  /**
   * Loads a tree. More than 65,535 reads under way are too many for what counts them: it throws then, in a thread that reports it to nobody,
   * and the cache never says that it is there, or says so too early.
   */
  static class Tree extends Setup {
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
  static class OldTree extends Setup {
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
  static class Listener extends Setup {
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

  final ExecutorService threads = Executors.newCachedThreadPool();
  Setup setup;

  public static void main(String[] args) throws Exception {
    RecipesPeer peer = new RecipesPeer();
    try (Socket control = new Socket("127.0.0.1", Integer.parseInt(args[0]))) {
      control.setTcpNoDelay(true);
      BufferedReader questions = new BufferedReader(new InputStreamReader(control.getInputStream()));
      PrintWriter answers = new PrintWriter(control.getOutputStream(), true);
      for (String line = questions.readLine(); line != null; line = questions.readLine()) {
        String answer;
        try {
          answer = "ok " + peer.answer(line.split(" "));
        } catch (Exception e) {
          e.printStackTrace();
          answer = "error " + String.valueOf(e).replace('\n', ' ');
        }
        answers.println(answer);
      }
    }
    System.exit(0);
  }

  String answer(String[] q) throws Exception {
    switch (q[0]) {
      case "recipes":
        return RECIPES;
      case "open":
        open(q[1], Integer.parseInt(q[2]), q[3], q[4]);
        return "";
      case "prepare":
        setup.prepare(Integer.parseInt(q[1]));
        return "";
      case "run":
        long[] done = setup.run(threads, Integer.parseInt(q[1]), Long.parseLong(q[2]));
        return done[0] + " " + done[1] + " " + setup.stuck();
      case "heap":
        return "" + heap();
      case "close":
        close();
        return "";
      default:
        throw new IllegalArgumentException(q[0]);
    }
  }

  void open(String recipe, int contenders, String servers, String path) throws Exception {
    setup = setup(recipe);
    for (int i = 0; i < contenders; i++) {
      CuratorFramework c =
          CuratorFrameworkFactory.builder()
              .connectString(servers)
              .sessionTimeoutMs(60000)
              .connectionTimeoutMs(15000)
              .retryPolicy(new RetryOneTime(200))
              .build();
      c.start();
      setup.clients.add(c);
    }
    for (CuratorFramework c : setup.clients) {
      if (!c.blockUntilConnected(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no connection");
      }
    }
    setup.open(path);
  }

  void close() throws Exception {
    Setup last = setup;
    setup = null;
    if (last == null) {
      return;
    }
    try {
      last.close();
    } finally {
      for (CuratorFramework c : last.clients) {
        c.close();
      }
    }
  }

  static long heap() {
    Runtime r = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return r.totalMemory() - r.freeMemory();
  }
}
