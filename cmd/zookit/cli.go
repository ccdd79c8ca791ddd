package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// commands are the subcommands, each with its flags.
type commands struct {
	Help    helpFlag   `short:"h" help:"Say what there is to say."`
	Server  serverCmd  `cmd:"" help:"Serve ZooKeeper's protocol."`
	Bench   benchCmd   `cmd:"" help:"Measure what is here beside what is elsewhere."`
	Version versionCmd `cmd:"" help:"Say which version this is."`
}

// streams are where a command writes: what it was asked for, and what is to be said about it.
type streams struct{ out, err io.Writer }

// sayf says something about what is being done. Nothing depends on that being heard.
func (s streams) sayf(format string, args ...any) { _, _ = fmt.Fprintf(s.err, format, args...) }

// run runs the command that the arguments name, and returns the exit status.
func run(ctx context.Context, args []string, s streams) int {
	err := dispatch(ctx, args, s)
	if err == nil || errors.Is(err, errHelped) {
		return exitOK
	}
	s.sayf("zookit: %v\n", err)
	if status, ok := errors.AsType[*statusError](err); ok {
		return status.code
	}
	return exitFailed
}

func dispatch(ctx context.Context, args []string, s streams) error {
	parser, err := kong.New(new(commands), kong.Name("zookit"),
		kong.Description("A ZooKeeper server, and tools around it."),
		kong.NoDefaultHelp(), kong.Writers(s.out, s.err),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&s), kong.BindTo(s.out, (*io.Writer)(nil)))
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return withStatus(exitUsage, err)
	}
	return command.Run()
}

// helpFlag is as kong's own, which ends the process.
type helpFlag bool

var errHelped = errors.New("help was all that was asked for")

// BeforeReset is called by kong before anything else is looked at.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	if err := ctx.PrintUsage(false); err != nil {
		return err
	}
	return errHelped
}
