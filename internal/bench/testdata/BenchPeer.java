import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * The Java client's side of the benchmark: one session, asked for window after window. Arguments: connect string, port of the one who asks.
 *
 * A question is a line "operation callers milliseconds folder first end", see peers_test.go; the numbered znodes from first up to end are there to
 * be made or deleted. The answer is "operations nanoseconds".
 */
public class BenchPeer {
  static final String DATA = "/bench/data", CHILDREN = "/bench/children";
  static final byte[] PAYLOAD = new byte[100];

  final ZooKeeper zk;
  final ExecutorService threads = Executors.newCachedThreadPool();

  BenchPeer(ZooKeeper zk) {
    this.zk = zk;
  }

  interface Call {
    void run(String numbered) throws Exception;
  }

  public static void main(String[] args) throws Exception {
    Arrays.fill(PAYLOAD, (byte) 'x');
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeper zk =
        new ZooKeeper(
            args[0],
            40000,
            e -> {
              if (e.getState() == KeeperState.SyncConnected) {
                connected.countDown();
              }
            });
    connected.await();
    BenchPeer peer = new BenchPeer(zk);
    try (Socket control = new Socket("127.0.0.1", Integer.parseInt(args[1]))) {
      control.setTcpNoDelay(true);
      BufferedReader questions = new BufferedReader(new InputStreamReader(control.getInputStream()));
      PrintWriter answers = new PrintWriter(control.getOutputStream(), true);
      for (String line = questions.readLine(); line != null; line = questions.readLine()) {
        answers.println(peer.answer(line.split(" ")));
      }
    }
    zk.close();
    System.exit(0);
  }

  String answer(String[] q) throws Exception {
    int callers = Integer.parseInt(q[1]);
    long length = Long.parseLong(q[2]) * 1000000;
    if (q[0].equals("pipe")) {
      return pipe(callers, length);
    }
    return window(call(q[0]), callers, length, q[3], Long.parseLong(q[4]), Long.parseLong(q[5]));
  }

  Call call(String name) {
    switch (name) {
      case "get":
        return p -> zk.getData(DATA, false, new Stat());
      case "exists":
        return p -> zk.exists(DATA, false);
      case "children":
        return p -> zk.getChildren(CHILDREN, false, new Stat());
      case "createStat":
        return p -> zk.create(p, PAYLOAD, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, new Stat());
      case "setACL":
        return p -> zk.setACL(DATA, Ids.OPEN_ACL_UNSAFE, -1);
      case "count":
        return p -> zk.getAllChildrenNumber(CHILDREN);
      case "ephemerals":
        return p -> zk.getEphemerals();
      case "whoAmI":
        return p -> zk.whoAmI();
      case "getACL":
        return p -> zk.getACL(DATA, new Stat());
      case "set":
        return p -> zk.setData(DATA, PAYLOAD, -1);
      case "create":
        return p -> zk.create(p, PAYLOAD, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      case "delete":
        return p -> zk.delete(p, -1);
      case "multi":
        return p -> zk.multi(Arrays.asList(Op.check(CHILDREN, -1), Op.setData(DATA, PAYLOAD, -1)));
      case "multiRead":
        return p -> zk.multi(Arrays.asList(Op.getData(DATA), Op.getChildren(CHILDREN)));
      case "sync":
        return p -> {
          CountDownLatch done = new CountDownLatch(1);
          zk.sync(DATA, (rc, path, ctx) -> done.countDown(), null);
          done.await();
        };
      default:
        throw new IllegalArgumentException(name);
    }
  }

  /** Lets the callers call until the time is over, each finishing what it is at, or nothing is left to be made or deleted. */
  String window(Call call, int callers, long length, String folder, long first, long end) throws Exception {
    CountDownLatch ready = new CountDownLatch(callers), go = new CountDownLatch(1);
    AtomicLong next = new AtomicLong(first), ops = new AtomicLong();
    Future<?>[] done = new Future<?>[callers];
    long[] start = new long[1];
    for (int i = 0; i < callers; i++) {
      done[i] =
          threads.submit(
              () -> {
                ready.countDown();
                go.await();
                long until = start[0] + length, n = 0;
                for (; System.nanoTime() < until; n++) {
                  String path = null;
                  if (end > first) {
                    long number = next.getAndIncrement();
                    if (number >= end) {
                      break;
                    }
                    path = folder + "/" + number;
                  }
                  call.run(path);
                }
                ops.addAndGet(n);
                return null;
              });
    }
    ready.await();
    start[0] = System.nanoTime();
    go.countDown();
    for (Future<?> f : done) {
      f.get();
    }
    return ops + " " + (System.nanoTime() - start[0]);
  }

  /** One thread writes without waiting for answers, with so many on their way. */
  String pipe(int window, long length) throws Exception {
    Semaphore room = new Semaphore(window);
    AtomicInteger failed = new AtomicInteger();
    long start = System.nanoTime(), n = 0;
    for (; System.nanoTime() - start < length; n++) {
      room.acquire();
      zk.setData(
          DATA,
          PAYLOAD,
          -1,
          (rc, path, ctx, stat) -> {
            if (rc != 0) {
              failed.incrementAndGet();
            }
            room.release();
          },
          null);
    }
    room.acquire(window);
    if (failed.get() > 0) {
      throw new IllegalStateException(failed + " sets failed");
    }
    return n + " " + (System.nanoTime() - start);
  }
}
