package client_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// The bytes are Curator's: see GzipCompressionProvider.
func TestGzip(t *testing.T) {
	var codec client.Gzip
	empty, err := codec.Compress(nil)
	must(t, err)
	if got := hex.EncodeToString(empty); got != "1f8b08000000000000ff03000000000000000000" {
		t.Errorf("empty: %s", got)
	}
	for _, data := range []string{"", "x", "hello", strings.Repeat("long ", 10_000), string([]byte{0, 1, 2, 255})} {
		stored, err := codec.Compress([]byte(data))
		must(t, err)
		if got := hex.EncodeToString(stored[:10]); got != "1f8b08000000000000ff" {
			t.Errorf("header %s", got)
		}
		got, err := codec.Decompress(stored)
		if err != nil || string(got) != data {
			t.Errorf("%.10q: got %.10q, %v", data, got, err)
		}
	}
	// What java.util.zip.GZIPOutputStream writes: it says that the system is 0 before Java 16, and 255 since.
	for in, want := range map[string]string{
		"1f8b0800000000000000cb48cdc9c9070086a6103605000000": "hello",
		"1f8b08000000000000ffcb48cdc9c9070086a6103605000000": "hello",
		"1f8b080000000000000003000000000000000000":           "",
	} {
		b, err := hex.DecodeString(in)
		must(t, err)
		if got, err := codec.Decompress(b); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", in, got, err)
		}
	}
	for name, bad := range map[string][]byte{
		"nothing": {}, "plain": []byte("hello"), "short": empty[:19], "trailing": append(bytes.Clone(empty), 0),
		"two members": append(bytes.Clone(empty), empty...), "checksum": append(bytes.Clone(empty[:19]), 1),
	} {
		if got, err := codec.Decompress(bad); err == nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestCompression(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		plain, all := w.Connect(t, "a"), w.Connect(t, "b", client.WithCompression(), client.WithDefaultData([]byte("default")))
		long := bytes.Repeat([]byte("long "), 1000)

		_, err := plain.Create("/one").Data(long).Compressed().Do(ctx)
		must(t, err)
		_, err = all.Create("/p/two").Parents().Data(long).Do(ctx)
		must(t, err)
		for _, path := range []string{"/one", "/p/two"} {
			data, stat, err := all.Get(path).Do(ctx)
			must(t, err)
			if !bytes.Equal(data, long) || stat.DataLength > 100 {
				t.Errorf("%s: %.10q of %d bytes", path, data, stat.DataLength)
			}
			data, _, err = plain.Get(path).Decompressed().Do(ctx)
			must(t, err)
			if !bytes.Equal(data, long) {
				t.Errorf("%s: %.10q", path, data)
			}
			stored, _, err := plain.Get(path).Do(ctx)
			must(t, err)
			raw, _, err := all.Get(path).Uncompressed().Do(ctx)
			must(t, err)
			if !bytes.Equal(stored, raw) || bytes.Equal(stored, long) {
				t.Errorf("%s: stored %.10q", path, stored)
			}
		}
		if data, _, err := plain.Get("/p").Do(ctx); err != nil || len(data) != 0 {
			t.Errorf("a parent has %q, %v", data, err)
		}
		// Transactions and reads together compress alike.
		_, err = all.Txn(all.Create("/t").Data(long), all.Set("/one").Data([]byte("short")), all.Set("/p").Uncompressed()).Do(ctx)
		must(t, err)
		reads, err := all.MultiRead(all.Get("/t"), all.Get("/one"), all.Get("/p"), all.Get("/p").Uncompressed()).Do(ctx)
		must(t, err)
		if !bytes.Equal(reads[0].Data, long) || string(reads[1].Data) != "short" || reads[2].Err == nil || string(reads[3].Data) != "default" {
			t.Errorf("reads %.100v", reads)
		}
		// What is compared is what is stored.
		_, err = all.Create("/t").Data(long).Idempotent().Do(ctx)
		must(t, err)
		_, err = all.Create("/t").Data([]byte("next")).OrSet().Do(ctx)
		must(t, err)
		if data, _, err := plain.Get("/t").Decompressed().Do(ctx); err != nil || string(data) != "next" {
			t.Errorf("got %q, %v", data, err)
		}
		// Data that is not compressed says so.
		var op *client.OpError
		if _, _, err := all.Get("/p").Do(ctx); !errors.As(err, &op) || !strings.Contains(err.Error(), "decompress") {
			t.Errorf("got %v", err)
		}
		// Without Data it is the default.
		_, err = all.Create("/d").Uncompressed().Do(ctx)
		must(t, err)
		if data, _, err := plain.Get("/d").Do(ctx); err != nil || string(data) != "default" {
			t.Errorf("default data %q, %v", data, err)
		}
	})
}
