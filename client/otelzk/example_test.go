package otelzk_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/client/otelzk"
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

	exporter := tracetest.NewInMemoryExporter()
	hooks, err := otelzk.Hooks(otelzk.WithTracerProvider(trace.NewTracerProvider(trace.WithSyncer(exporter))))
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
	if err := c.Close(ctx); err != nil { // all spans are made now
		log.Fatal(err)
	}
	for _, span := range exporter.GetSpans() {
		fmt.Println(span.Name, span.Status.Code)
	}
	// Output: zookeeper create Unset
}
