import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.curator.retry.RetryOneTime;

/**
 * A user of Curator's SimpleDistributedQueue. Arguments: connect string, path, items. See simplequeue_test.go.
 *
 * <p>It offers items to path/go and takes as many from path/java, then shares path/both: it offers its items there and polls until it sees "end", which it
 * puts back for others, and prints what it took.
 */
public class SimpleQueuePeer {
  public static void main(String[] args) throws Exception {
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    int items = Integer.parseInt(args[2]);
    SimpleDistributedQueue go = new SimpleDistributedQueue(client, args[1] + "/go");
    SimpleDistributedQueue java = new SimpleDistributedQueue(client, args[1] + "/java");
    SimpleDistributedQueue both = new SimpleDistributedQueue(client, args[1] + "/both");
    System.out.println("ready");
    for (int i = 0; i < items; i++) {
      go.offer(bytes("java " + i));
    }
    if (!"go 0".equals(text(java.poll(30, TimeUnit.SECONDS))) || !"go 1".equals(text(java.peek()))) {
      fail("the first items are not Go's");
    }
    for (int i = 1; i < items; i++) {
      String got = text(java.take());
      if (!got.equals("go " + i)) {
        fail("took " + got + " instead of go " + i);
      }
    }
    if (java.poll() != null) {
      fail("more items than Go has offered");
    }
    System.out.println("taken");
    for (int i = 0; i < items; i++) {
      both.offer(bytes("java " + i));
    }
    System.out.println("offered");
    for (String got = text(both.take()); ; got = text(both.take())) {
      if (got.equals("end")) {
        both.offer(bytes(got));
        break;
      }
      System.out.println("java took " + got);
    }
    client.close();
    System.out.println("done");
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] data) {
    return data == null ? "nothing" : new String(data, StandardCharsets.UTF_8);
  }

  static void fail(String why) {
    System.out.println(why);
    System.exit(2);
  }
}
