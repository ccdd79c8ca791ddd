import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.queue.DistributedDelayQueue;
import org.apache.curator.framework.recipes.queue.DistributedIdQueue;
import org.apache.curator.framework.recipes.queue.DistributedPriorityQueue;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.MultiItem;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryOneTime;

/**
 * A user of Curator's queues of one kind. Arguments: connect string, path, lock path or "-", kind, number of items.
 *
 * It puts the items "java 0" and so on, and one that holds "java a" and "java b", into path/java, says "put", and waits until the
 * znode path/go is there. Then it consumes from path/go-items, says "got" with each value, and fails the first time for values that begin with "fail".
 * It ends when it is told to by the znode path/end. The Go side does the same the other way round, see distributedqueue_test.go.
 */
public class DistributedQueuePeer {
  static final Set<String> failed = ConcurrentHashMap.newKeySet();

  static class Text implements QueueSerializer<String> {
    @Override
    public byte[] serialize(String item) {
      return item.getBytes();
    }

    @Override
    public String deserialize(byte[] bytes) {
      return new String(bytes);
    }
  }

  static class Consumer implements QueueConsumer<String> {
    @Override
    public void consumeMessage(String message) throws Exception {
      if (message.startsWith("fail") && failed.add(message)) {
        System.out.println("failing " + message);
        throw new Exception("the first time " + message);
      }
      System.out.println("got " + message);
    }

    @Override
    public void stateChanged(CuratorFramework client, ConnectionState state) {}
  }

  static class Two implements MultiItem<String> {
    private int n = 0;

    @Override
    public String nextItem() {
      return n == 2 ? null : "java " + "ab".charAt(n++);
    }
  }

  public static void main(String[] args) throws Exception {
    String path = args[1], locks = args[2], kind = args[3];
    int items = Integer.parseInt(args[4]);
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .namespace(args.length > 5 ? args[5] : null)
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    if (!client.blockUntilConnected(20, TimeUnit.SECONDS)) {
      MutexPeer.fail("no connection");
    }
    put(builder(client, null, path + "/java", locks), kind, items);
    System.out.println("put");
    await(client, path + "/go");
    consume(builder(client, new Consumer(), path + "/go-items", locks), kind);
    System.out.println("consuming");
    await(client, path + "/end");
    System.out.println("done");
    System.exit(0);
  }

  static QueueBuilder<String> builder(CuratorFramework client, Consumer consumer, String path, String locks) {
    QueueBuilder<String> builder = QueueBuilder.builder(client, consumer, new Text(), path);
    return locks.equals("-") ? builder : builder.lockPath(locks);
  }

  static void await(CuratorFramework client, String path) throws Exception {
    while (client.checkExists().forPath(path) == null) {
      Thread.sleep(20);
    }
  }

  static void put(QueueBuilder<String> builder, String kind, int items) throws Exception {
    switch (kind) {
      case "fifo":
        DistributedQueue<String> fifo = builder.buildQueue();
        fifo.start();
        for (int i = 0; i < items; i++) {
          fifo.put("java " + i);
        }
        fifo.putMulti(new Two());
        flushed(fifo.flushPuts(20, TimeUnit.SECONDS));
        break;
      case "id":
        DistributedIdQueue<String> ids = builder.buildIdQueue();
        ids.start();
        for (int i = 0; i < items; i++) {
          ids.put("java " + i, "a/" + i);
        }
        ids.put("java gone", "removed|by/go");
        flushed(ids.flushPuts(20, TimeUnit.SECONDS));
        break;
      case "priority":
        DistributedPriorityQueue<String> priority = builder.buildPriorityQueue(0);
        priority.start();
        for (int i = 0; i < items; i++) {
          priority.put("java " + i, items / 2 - i);
        }
        priority.putMulti(new Two(), Integer.MIN_VALUE);
        flushed(priority.flushPuts(20, TimeUnit.SECONDS));
        break;
      case "delay":
        DistributedDelayQueue<String> delay = builder.buildDelayQueue();
        delay.start();
        long now = System.currentTimeMillis();
        for (int i = 0; i < items; i++) {
          delay.put("java " + i, now + 300 - 10 * i);
        }
        delay.putMulti(new Two(), now - 60000);
        flushed(delay.flushPuts(20, TimeUnit.SECONDS));
        break;
      default:
        MutexPeer.fail("no such kind: " + kind);
    }
  }

  static void flushed(boolean ok) {
    if (!ok) {
      MutexPeer.fail("not flushed");
    }
  }

  static void consume(QueueBuilder<String> builder, String kind) throws Exception {
    switch (kind) {
      case "fifo":
        builder.buildQueue().start();
        break;
      case "id":
        builder.buildIdQueue().start();
        break;
      case "priority":
        builder.buildPriorityQueue(0).start();
        break;
      case "delay":
        builder.buildDelayQueue().start();
        break;
      default:
        MutexPeer.fail("no such kind: " + kind);
    }
  }
}
