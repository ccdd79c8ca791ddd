import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import javax.security.auth.x500.X500Principal;

/** Answers each line of the input, which is a question and a text in Base64, with a line in Base64, or with "no". */
public class Judge {
    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream out = new PrintStream(System.out, true, "US-ASCII");
        for (String line; (line = in.readLine()) != null; ) {
            String[] parts = line.split(" ", 2);
            byte[] question = Base64.getDecoder().decode(parts[1]);
            String answer;
            try {
                answer = Base64.getEncoder().encodeToString(answer(parts[0], question));
            } catch (Exception e) {
                answer = "no";
            }
            out.println(answer);
        }
    }

    static byte[] answer(String what, byte[] question) throws Exception {
        String text = new String(question, StandardCharsets.UTF_8);
        switch (what) {
            case "name": // of a distinguished name in DER
                return new X500Principal(question).getName().getBytes(StandardCharsets.UTF_8);
            case "valid": // whether it can be read
                new X500Principal(text);
                return new byte[0];
            default: // a hash, by its name
                return MessageDigest.getInstance(what).digest(question);
        }
    }
}
