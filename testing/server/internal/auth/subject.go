package auth

import (
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// keywords are the attributes that RFC 2253 has a name for.
var keywords = map[string]string{
	"2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.9": "STREET",
	"0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
}

// Subject writes a distinguished name, given in DER, as Java's X500Principal.getName does: RFC 2253, the last part first, with the
// number and the encoding of an attribute that has no keyword there.
func Subject(der []byte) (string, error) {
	var parts []asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &parts); err != nil {
		return "", fmt.Errorf("auth: distinguished name: %w", err)
	} else if len(rest) > 0 {
		return "", fmt.Errorf("auth: %d bytes behind a distinguished name", len(rest))
	}
	names := make([]string, len(parts))
	for i, part := range parts {
		var set []attribute
		if _, err := asn1.UnmarshalWithParams(part.FullBytes, &set, "set"); err != nil {
			return "", fmt.Errorf("auth: distinguished name: %w", err)
		}
		texts := make([]string, len(set))
		for j := range set {
			texts[j] = set[j].String()
		}
		names[i] = strings.Join(texts, "+")
	}
	slices.Reverse(names)
	return strings.Join(names, ","), nil
}

// attribute is one of a name, with a value that keeps its encoding.
type attribute struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

// String is key=value.
func (a *attribute) String() string {
	keyword, known := keywords[a.Type.String()]
	if !known {
		return a.Type.String() + "=#" + hex.EncodeToString(a.Value.FullBytes)
	}
	if a.Value.Class != asn1.ClassUniversal || !slices.Contains(textTags, a.Value.Tag) {
		return keyword + "=#" + hex.EncodeToString(a.Value.FullBytes)
	}
	return keyword + "=" + escape(string(a.Value.Bytes))
}

// textTags are the types of strings. Java reads all of them as UTF-8.
var textTags = []int{
	asn1.TagUTF8String, asn1.TagPrintableString, asn1.TagT61String, asn1.TagIA5String, asn1.TagGeneralString, asn1.TagBMPString,
}

// escape sets a backslash before what has a meaning, and before spaces and carriage returns at both ends.
func escape(s string) string {
	runes := make([]string, 0, len(s))
	for _, r := range s {
		switch {
		case r == 0:
			runes = append(runes, `\`, "0", "0")
		case strings.ContainsRune(`,=+<>#;"\`, r):
			runes = append(runes, `\`, string(r))
		default:
			runes = append(runes, string(r))
		}
	}
	blank := func(s string) bool { return s == " " || s == "\r" }
	for i := 0; i < len(runes) && blank(runes[i]); i++ {
		runes[i] = `\` + runes[i]
	}
	for i := len(runes) - 1; i >= 0 && blank(runes[i]); i-- {
		runes[i] = `\` + runes[i]
	}
	return strings.Join(runes, "")
}
