import java.nio.charset.StandardCharsets;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.recipes.queue.QueueSharder;
import org.apache.curator.framework.recipes.queue.QueueSharderPolicies;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryOneTime;

/**
 * A user of Curator's QueueSharder. Arguments: connect string, path, leader path, threshold, and "produce" or "consume". See shardedqueue_test.go.
 *
 * <p>It says how many shards it knows whenever that changes. A producer puts an item every few milliseconds, into the shard that it is given; a
 * consumer prints what comes. Both end when path-end is there.
 */
public class ShardedQueuePeer {
  public static void main(String[] args) throws Exception {
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    boolean produce = args[4].equals("produce");
    QueueSerializer<String> serializer =
        new QueueSerializer<String>() {
          @Override
          public byte[] serialize(String item) {
            return item.getBytes(StandardCharsets.UTF_8);
          }

          @Override
          public String deserialize(byte[] data) {
            return new String(data, StandardCharsets.UTF_8);
          }
        };
    QueueConsumer<String> consumer =
        new QueueConsumer<String>() {
          @Override
          public void consumeMessage(String item) {
            System.out.println("java took " + item);
          }

          @Override
          public void stateChanged(CuratorFramework framework, ConnectionState state) {}
        };
    QueueSharderPolicies policies =
        QueueSharderPolicies.builder().newQueueThreshold(Integer.parseInt(args[3])).thresholdCheckMs(500).maxQueues(3).build();
    QueueSharder<String, DistributedQueue<String>> sharder =
        new QueueSharder<>(
            client,
            (framework, path) -> QueueBuilder.builder(framework, produce ? null : consumer, serializer, path).buildQueue(),
            args[1],
            args[2],
            policies);
    sharder.start();
    System.out.println("ready");
    int known = 0;
    for (int i = 0; client.checkExists().forPath(args[1] + "-end") == null; i++) {
      if (produce) {
        sharder.getQueue().put("java " + i);
        System.out.println("java put " + i);
      }
      if (sharder.getShardQty() != known) {
        known = sharder.getShardQty();
        System.out.println("shards " + known);
      }
      Thread.sleep(20);
    }
    sharder.close();
    client.close();
    System.out.println("done");
  }
}
