package otelzk

import (
	"context"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/zookit-go/zookit/client"
)

const (
	systemKey    = attribute.Key("db.system.name")
	operationKey = attribute.Key("db.operation.name")
	messageKey   = attribute.Key("error.message")
	pathKey      = attribute.Key("zookeeper.path")
	sessionKey   = attribute.Key("zookeeper.session")
	attemptsKey  = attribute.Key("zookeeper.attempts")
	attemptKey   = attribute.Key("zookeeper.attempt")
	sentKey      = attribute.Key("zookeeper.sent")
	receivedKey  = attribute.Key("zookeeper.received")
	outcomeKey   = attribute.Key("zookeeper.outcome")
	stateKey     = attribute.Key("zookeeper.state")
	eventKey     = attribute.Key("zookeeper.event")
)

func outcome(o client.Outcome) attribute.KeyValue {
	return outcomeKey.String(strings.ReplaceAll(o.String(), " ", "_"))
}

type spans struct {
	tracer trace.Tracer
	common []attribute.KeyValue
}

// operation makes the span of a call that has ended.
func (s spans) operation(ctx context.Context, op client.Operation) {
	_, span := s.tracer.Start(ctx, "zookeeper "+op.Name, trace.WithTimestamp(op.Start), trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(systemKey.String("zookeeper"), operationKey.String(op.Name), pathKey.String(op.Path)),
		trace.WithAttributes(s.common...)) // before sampling, which may look at them
	defer span.End(trace.WithTimestamp(op.Start.Add(op.Latency)))
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attemptsKey.Int(len(op.Attempts)), sentKey.Int(op.Sent()), receivedKey.Int(op.Received()), outcome(op.Outcome))
	if n := len(op.Attempts); n > 0 {
		span.SetAttributes(sessionKey.String("0x" + strconv.FormatUint(uint64(op.Attempts[n-1].Session), 16)))
	}
	for _, a := range op.Attempts {
		if a.Err != nil {
			span.AddEvent("attempt failed", trace.WithTimestamp(a.Start.Add(a.Latency)),
				trace.WithAttributes(attemptKey.Int(a.Number), outcome(a.Outcome), messageKey.String(a.Err.Error())))
		}
	}
	if op.Err != nil {
		span.SetStatus(codes.Error, op.Err.Error())
	}
}
