package promzk_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/client/promzk"
	"github.com/zookit-go/zookit/testing/server"
)

func ExampleHooks() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	srv, err := server.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer srv.Kill()

	reg := prometheus.NewRegistry()
	hooks, err := promzk.Hooks(reg)
	if err != nil {
		log.Fatal(err)
	}
	c, err := client.Connect(ctx, srv.Addr(), client.WithHooks(hooks))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := c.Create("/n").Do(ctx); err != nil {
		log.Fatal(err)
	}
	if err := c.Close(ctx); err != nil { // all is counted now
		log.Fatal(err)
	}
	families, err := reg.Gather()
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "zookeeper_client_operation_seconds" {
			m := f.GetMetric()[0]
			fmt.Println(m.GetLabel()[0].GetValue(), m.GetLabel()[1].GetValue(), m.GetHistogram().GetSampleCount())
		}
	}
	// Output: create done 1
}
