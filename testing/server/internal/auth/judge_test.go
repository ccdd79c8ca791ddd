package auth_test

import (
	"bytes"
	"context"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
)

// question is a line for testdata/Judge.java.
type question struct{ about, text string }

// judge asks Java. An answer that is not ok is a refusal.
func judge(t *testing.T, questions []question) (answers []string, ok []bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := foreign.Java(t, foreign.Compile(t, ".", "testdata/Judge.java"), "Judge")
	var in bytes.Buffer
	for _, q := range questions {
		fmt.Fprintf(&in, "%s %s\n", q.about, base64.StdEncoding.EncodeToString([]byte(q.text)))
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSuffix(line, "\n")
		b, err := base64.StdEncoding.DecodeString(line)
		answers, ok = append(answers, string(b)), append(ok, err == nil && line != "no")
	}
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers, ok
}

var texts = []string{
	"plain", "", " ", "  both ends  ", "\rreturn\r", "\ttab\t", "a,b", `quote"d`, `back\slash`, "a+b", "a=b", "<a>", "#first", "a#b", ";", "zero\x00zero",
	"ümläut", "пароль", "日本", "\U0001f600", "line\nfeed", "\u007f", "\u00a0", " ,", `"`, "trailing\\",
}

// names are distinguished names in DER: every text in every type of string, and the ways to combine attributes.
func names(t *testing.T) (ders []string) {
	t.Helper()
	encode := func(sets ...[]attribute) {
		seq := make([]asn1.RawValue, len(sets))
		for i, set := range sets {
			der, err := asn1.MarshalWithParams(set, "set")
			if err != nil {
				t.Fatal(err)
			}
			seq[i] = asn1.RawValue{FullBytes: der}
		}
		der, err := asn1.Marshal(seq)
		if err != nil {
			t.Fatal(err)
		}
		ders = append(ders, string(der))
	}
	value := func(tag int, text string) asn1.RawValue { return asn1.RawValue{Tag: tag, Bytes: []byte(text)} }
	cn := asn1.ObjectIdentifier{2, 5, 4, 3}
	for _, tag := range []int{asn1.TagUTF8String, asn1.TagPrintableString, asn1.TagT61String, asn1.TagIA5String, asn1.TagGeneralString, asn1.TagNumericString, asn1.TagOctetString} {
		for _, text := range texts {
			encode([]attribute{{cn, value(tag, text)}})
		}
	}
	encode([]attribute{{cn, value(asn1.TagBMPString, "\x00a\x00b")}})
	for _, oid := range []string{
		"2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.6", "2.5.4.7", "2.5.4.8", "2.5.4.9", "2.5.4.10", "2.5.4.11", "2.5.4.12", "2.5.4.17", "2.5.4.42", "2.5.4.43", "2.5.4.44", "2.5.4.46",
		"0.9.2342.19200300.100.1.25", "0.9.2342.19200300.100.1.1", "1.2.840.113549.1.9.1", "1.3.6.1.4.1.42.2.11.2.1", "1.2.3",
	} {
		var id asn1.ObjectIdentifier
		for part := range strings.SplitSeq(oid, ".") {
			n := 0
			_, _ = fmt.Sscan(part, &n)
			id = append(id, n)
		}
		encode([]attribute{{id, value(asn1.TagIA5String, "v")}})
	}
	a, b := attribute{cn, value(asn1.TagUTF8String, "a")}, attribute{asn1.ObjectIdentifier{2, 5, 4, 11}, value(asn1.TagUTF8String, "b,c")}
	encode([]attribute{a, b}, []attribute{a}, []attribute{b})
	encode()
	pkixName, err := asn1.Marshal(pkix.Name{
		CommonName: "Alice", Organization: []string{"Example, Inc.", "Other"}, OrganizationalUnit: []string{"Ops"}, Country: []string{"DE"}, Locality: []string{"Köln"},
		SerialNumber: "17", PostalCode: []string{"50667"}, StreetAddress: []string{"Weg 1"}, Province: []string{"NRW"},
	}.ToRDNSequence())
	if err != nil {
		t.Fatal(err)
	}
	return append(ders, string(pkixName))
}

type attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

func TestSubjectsAreWrittenAsJavaDoes(t *testing.T) {
	var questions []question
	for _, der := range names(t) {
		questions = append(questions, question{"name", der})
	}
	want, ok := judge(t, questions)
	judged := 0
	for i, q := range questions {
		if !ok[i] {
			continue // Java reads no such certificate
		}
		judged++
		if got, err := auth.Subject([]byte(q.text)); got != want[i] || err != nil {
			t.Errorf("%x: %q, %v; want %q", q.text, got, err, want[i])
		}
	}
	if judged < 150 {
		t.Errorf("only %d names were judged", judged)
	}
}

func TestNamesInListsAreReadAsJavaDoes(t *testing.T) {
	names := []string{
		"", " ", "CN=a", "cn=a", "CN=a,O=b", "CN=a, O=b", "CN=a ,O=b", "CN=a;O=b", "CN=a+O=b", "CN=a,", ",CN=a", "CN=a,,O=b", "CN", "=a", "CN=", "CN= ", "CN=,O=b", "CN=+O=b",
		"CN==a", "CN=a=b", "XX=a", " CN =a", "C N=a", "1.2.3=a", "OID.1.2.3=a", "oid.1.2.3=a", "1=a", "1.2.=a", ".1.2=a", "3.1=a", "1.40=a", "2.40=a", "0.39=a", "1.2.-3=a", "1.+2=a", "01.2=a", "1.2.99999999999999999999=a",
		"1.2.3=#0401ff", "CN=#0c0161", "CN=#0C0161", "CN=#", "CN=#0", "CN=#0c", "CN=#0c0161ff", "CN=#0c01zz", "CN=#0c0161 ", "CN=#0c01 61", "CN=#0c0161,O=b", "CN=a#b", "CN=\\#b",
		`CN="a"`, `CN="a,b"`, `CN="a" `, `CN="a"b`, `CN="a`, `CN=a"`, `CN=a"b"`, `CN=""`, `CN="a+b=c;<>#"`, `CN="a\"b"`, `CN="a\\b"`, `CN="a\zb"`, `CN="a\,b"`, `CN="a\41b"`, `CN="a\=b"`, `CN="a\#b"`, `CN="a\ b"`, `CN="a\<b"`, "CN=\"a\\\nb\"", "1.99999999999999999999=a", "2.99999999999999999999=a", "99999999999999999999.1=a", "1.2.0003=a", `CN="a b"`, "CN=\"a\n\"",
		`CN=a\,b`, `CN=a\\,b`, `CN=a\\,O=b`, `CN=a\\\,b`, `CN=a\`, `CN=\`, `CN=a\zb`, `CN=a\41b`, `CN=a\4`, `CN=a\+b`, `CN=a\;b`, `CN=a\=b`, `CN=a\<b`, `CN=a\"b`, `CN=a\ b`, `CN=\ a`, `CN=a\ `, "CN=a\\\nb",
		"CN=a<b", "CN=a>b", "CN=<", "CN=a+b", "CN=a+", "+CN=a", "CN=a++O=b", "CN=a;b", "CN=a\nb", "CN=\na", "CN=a\x00b", "CN=ü", "CN=日本", "ü=a", "CN=a/OU=b", "/CN=a",
		"S=x", "ST=x", "T=x", "IP=x", "STREET=x", "DC=x", "DNQ=x", "DNQUALIFIER=x", "SURNAME=x", "SN=x", "GIVENNAME=x", "GN=x", "INITIALS=x", "GENERATION=x", "EMAIL=x", "E=x", "EMAILADDRESS=x", "UID=x", "SERIALNUMBER=x", "L=x", "OU=x",
		"DC=ü", "C=xyz", "EMAILADDRESS=ü", "no name", "CN=a, no name", `CN="a,O=b`, `CN="a",O="b"`, `CN=a\",O=b"`, `CN="a+b"+O="c,d"`,
	}
	questions := make([]question, len(names))
	for i, name := range names {
		questions[i] = question{"valid", name}
	}
	_, want := judge(t, questions)
	p := &auth.Policy{X509: true}
	for i, name := range names {
		if _, got := p.Fix(entries("x509", name), nil); got != want[i] {
			t.Errorf("%q: %v, want %v", name, got, want[i])
		}
	}
}

func TestDigestsAreJavas(t *testing.T) {
	const text = "alice:secret"
	algorithms := []string{
		"SHA1", "SHA-1", "SHA", "sha1", "MD5", "md5", "SHA-224", "SHA-256", "sha-256", "SHA-384", "SHA-512", "SHA-512/224", "SHA-512/256", "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512",
		"SHA224", "SHA256", "sha384", "SHA512", "SHA512/224", "SHA512/256", "SHA3256", "SHA--256", "SHA-1/1", "SHA1-", "SHA01", "SHA3", "SHA-3", "MD4", "CRC32", "none",
	}
	questions := make([]question, len(algorithms))
	for i, name := range algorithms {
		questions[i] = question{name, text}
	}
	sums, known := judge(t, questions)
	for i, name := range algorithms {
		a, ok := auth.FindAlgorithm(name)
		if ok != known[i] {
			t.Errorf("%s: known %v, want %v", name, ok, known[i])
			continue
		}
		if want := "alice:" + base64.StdEncoding.EncodeToString([]byte(sums[i])); ok && a.Digest(text) != want {
			t.Errorf("%s: %s, want %s", name, a.Digest(text), want)
		}
	}
}
