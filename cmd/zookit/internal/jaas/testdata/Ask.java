import java.io.File;
import java.security.URIParameter;
import java.util.TreeMap;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;

/** Says how Java reads the section Server of each of the files that are its arguments. */
public class Ask {
    public static void main(String[] files) {
        for (String file : files) {
            System.out.print("file " + new File(file).getName() + " ");
            try {
                Configuration c = Configuration.getInstance("JavaLoginConfig", new URIParameter(new File(file).toURI()));
                System.out.println(section(c.getAppConfigurationEntry("Server")));
            } catch (Exception e) {
                System.out.println("refused");
            }
        }
    }

    private static String section(AppConfigurationEntry[] modules) {
        if (modules == null) {
            return "none";
        }
        StringBuilder b = new StringBuilder("section");
        for (AppConfigurationEntry m : modules) {
            b.append(" ").append(escape(m.getLoginModuleName())).append(" ").append(m.getControlFlag().toString().replaceAll(".*: ", ""));
            for (var option : new TreeMap<String, Object>(m.getOptions()).entrySet()) {
                b.append(" ").append(escape(option.getKey())).append("=").append(escape((String) option.getValue()));
            }
        }
        return b.toString();
    }

    private static String escape(String s) {
        StringBuilder b = new StringBuilder();
        for (char c : s.toCharArray()) {
            b.append(String.format("\\u%04x", (int) c));
        }
        return b.toString();
    }
}
