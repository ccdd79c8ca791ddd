import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.NodeCache;
import org.apache.curator.framework.recipes.cache.PathChildrenCache;
import org.apache.curator.framework.recipes.cache.TreeCache;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/**
 * Curator's caches beside ours, and a writer. Arguments: connect string, root, proof, writes.
 *
 * It starts all four caches on root, says "ready", writes below root, and makes proof/java. When there is proof/go as well, nobody writes any
 * more: it waits until each cache has what the server has, a minute at the most, and prints what the caches have, a znode a line. CuratorCache of
 * 5.4.0 now and then loses a znode that is deleted and made anew quickly, for good; so what it came to is "storm", waited for five seconds, and
 * "curator" is one that is started when nobody writes any more.
 */
public class CachePeer {
  static CuratorFramework client;
  static String root;

  interface View {
    void into(Map<String, ChildData> all);
  }

  public static void main(String[] args) throws Exception {
    client =
        CuratorFrameworkFactory.builder()
            .connectString(args[0])
            .sessionTimeoutMs(10000)
            .connectionTimeoutMs(10000)
            .retryPolicy(new RetryOneTime(200))
            .build();
    client.start();
    root = args[1];
    String proof = args[2];
    if (!client.blockUntilConnected(20, TimeUnit.SECONDS)) {
      fail("no connection");
    }
    CuratorCache curator = CuratorCache.build(client, root);
    TreeCache tree = new TreeCache(client, root);
    PathChildrenCache children = new PathChildrenCache(client, root, true);
    NodeCache node = new NodeCache(client, root);
    curator.start();
    tree.start();
    children.start();
    node.start();
    System.out.println("ready");

    Random random = new Random(7);
    for (int i = Integer.parseInt(args[3]); i > 0; i--) {
      write(random);
    }
    client.create().forPath(proof + "/java");
    while (client.checkExists().forPath(proof + "/go") == null) {
      Thread.sleep(20);
    }
    client.sync().forPath(root);
    Map<String, Stat> truth = new TreeMap<>();
    walk(root, truth);
    show("storm", 100, truth, all -> curator.stream().forEach(data -> all.put(data.getPath(), data)));
    CuratorCache fresh = CuratorCache.build(client, root);
    fresh.start();
    show("curator", 1200, truth, all -> fresh.stream().forEach(data -> all.put(data.getPath(), data)));
    fresh.close();
    show("tree", 1200, truth, all -> treeInto(tree, root, all));
    Map<String, Stat> near = new TreeMap<>(truth);
    near.keySet().removeIf(path -> path.lastIndexOf('/') != root.length());
    show("children", 1200, near, all -> children.getCurrentData().forEach(data -> all.put(data.getPath(), data)));
    near.clear();
    if (truth.containsKey(root)) {
      near.put(root, truth.get(root));
    }
    show(
        "node",
        1200,
        near,
        all -> {
          if (node.getCurrentData() != null) {
            all.put(root, node.getCurrentData());
          }
        });
    System.out.println("done");
    node.close();
    children.close();
    tree.close();
    curator.close();
    client.close();
  }

  /** Some write that may fail: others write, too. */
  static void write(Random random) throws Exception {
    StringBuilder path = new StringBuilder(root);
    for (int depth = random.nextInt(4); depth > 0; depth--) {
      path.append('/').append((char) ('a' + random.nextInt(5)));
    }
    byte[] data = ("java" + random.nextInt(1000)).getBytes(StandardCharsets.UTF_8);
    try {
      switch (random.nextInt(8)) {
        case 0:
        case 1:
        case 2:
        case 3:
          client.create().creatingParentsIfNeeded().forPath(path.toString(), data);
          break;
        case 4:
        case 5:
        case 6:
          client.setData().forPath(path.toString(), data);
          break;
        default:
          if (path.length() > root.length()) {
            client.delete().deletingChildrenIfNeeded().forPath(path.toString());
          }
      }
    } catch (KeeperException.NoNodeException | KeeperException.NodeExistsException | KeeperException.NotEmptyException e) {
      // somebody else was faster
    }
  }

  static void walk(String path, Map<String, Stat> all) throws Exception {
    Stat stat = client.checkExists().forPath(path);
    if (stat == null) {
      return;
    }
    all.put(path, stat);
    for (String name : client.getChildren().forPath(path)) {
      walk(path + "/" + name, all);
    }
  }

  static void treeInto(TreeCache tree, String path, Map<String, ChildData> all) {
    ChildData data = tree.getCurrentData(path);
    if (data == null) {
      return;
    }
    all.put(path, data);
    Map<String, ChildData> below = tree.getCurrentChildren(path);
    if (below != null) {
      below.keySet().forEach(name -> treeInto(tree, path + "/" + name, all));
    }
  }

  static void show(String name, int most, Map<String, Stat> truth, View view) throws Exception {
    Map<String, ChildData> all = new TreeMap<>();
    for (int tries = 0; tries < most; tries++) {
      all.clear();
      view.into(all);
      boolean same = all.keySet().equals(truth.keySet());
      for (Map.Entry<String, ChildData> entry : all.entrySet()) {
        Stat stat = truth.get(entry.getKey());
        same = same && stat != null && stat.getMzxid() == entry.getValue().getStat().getMzxid();
      }
      if (same) {
        break;
      }
      Thread.sleep(50);
    }
    for (ChildData data : all.values()) {
      Stat stat = data.getStat();
      System.out.printf(
          "%s %s %d %d %d %s%n",
          name, data.getPath(), stat.getCzxid(), stat.getMzxid(), stat.getVersion(), new String(data.getData(), StandardCharsets.UTF_8));
    }
  }

  static void fail(String why) {
    System.out.println(why);
    System.exit(2);
  }
}
