import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.atomic.DistributedAtomicLong;
import org.apache.curator.framework.recipes.atomic.PromotedToLock;
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
        return new GroupSetups.Latches();
      case "failover":
        return new GroupSetups.Failover();
      case "double":
        return new GroupSetups.Doubles(true);
      case "doublenew":
        return new GroupSetups.Doubles(false);
      case "queue":
        return new Queue(1, false);
      case "queuelock":
        return new Queue(1, true);
      case "batch":
        return new Queue(BURST, false);
      case "batchlock":
        return new Queue(BURST, true);
      case "tree":
        return new CacheSetups.Tree();
      case "listener":
        return new CacheSetups.Listener();
      case "simple":
        return each((c, path) -> simple(c, path, 1));
      case "simplebatch":
        return each((c, path) -> simple(c, path, BURST));
      case "treecache":
        return new CacheSetups.OldTree();
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
