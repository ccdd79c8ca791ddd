import java.io.FileInputStream;
import java.net.InetSocketAddress;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;

/** Says how Java reads each of the files that are its arguments: as properties, then as Apache's configuration. */
public class Ask {
    public static void main(String[] files) throws Exception {
        for (String file : files) {
            System.out.println("file " + file);
            properties(file);
            config(file);
        }
    }

    private static void properties(String file) throws Exception {
        Properties p = new Properties();
        try (FileInputStream in = new FileInputStream(file)) {
            p.load(in);
        } catch (IllegalArgumentException e) {
            System.out.println("malformed");
            return;
        }
        for (Object key : new TreeMap<>(p).keySet()) {
            System.out.println("property " + escape((String) key) + "=" + escape(p.getProperty((String) key)));
        }
    }

    private static String escape(String s) {
        StringBuilder b = new StringBuilder();
        for (char c : s.toCharArray()) {
            b.append(String.format("\\u%04x", (int) c));
        }
        return b.toString();
    }

    private static void config(String file) {
        System.getProperties().keySet().removeIf(key -> ((String) key).startsWith("zookeeper."));
        QuorumPeerConfig.setStandaloneEnabled(true);
        QuorumPeerConfig c = new QuorumPeerConfig();
        try {
            c.parse(file);
        } catch (Throwable e) {
            Throwable why = e;
            while (why.getCause() != null) {
                why = why.getCause();
            }
            System.out.println("refused " + why);
            return;
        }
        System.out.println("config tick=" + c.getTickTime() + " min=" + c.getMinSessionTimeout() + " max=" + c.getMaxSessionTimeout()
            + " client=" + address(c.getClientPortAddress()) + " secure=" + address(c.getSecureClientPortAddress())
            + " perHost=" + c.getMaxClientCnxns() + " dir=" + c.getDataDir() + " log=" + c.getDataLogDir()
            + " retain=" + c.getSnapRetainCount() + " purge=" + c.getPurgeInterval() + " id=" + c.getServerId()
            + " distributed=" + c.isDistributed() + " local=" + c.areLocalSessionsEnabled());
        for (Object key : System.getProperties().keySet()) {
            if (((String) key).startsWith("zookeeper.")) {
                System.out.println("system " + escape((String) key) + "=" + escape(System.getProperty((String) key)));
            }
        }
    }

    private static String address(InetSocketAddress a) {
        if (a == null) {
            return "";
        }
        return (a.getAddress().isAnyLocalAddress() ? "*" : a.getAddress().getHostAddress()) + ":" + a.getPort();
    }
}
