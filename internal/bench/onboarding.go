package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"github.com/go-json-experiment/json"
)

// measureOnboarding is a simulated JumpCloud that provisions many people at once into
// our server on a new SQLite file, and checks them all.
const measureOnboarding = "onboarding"

const (
	onboardedUsers  = 10_000
	onboardedGroups = 200
	engineLimit     = 200. // MB
)

// onboarded is what the program reports of a scenario.
type onboarded struct {
	Requests int     `json:"requests"`
	Failed   bool    `json:"failed"`
	Took     float64 `json:"durationMs"`
}

func (b *bench) measureOnboarding(ctx context.Context, out *results) (err error) {
	b.progress.step(fmt.Sprintf("onboarding %d people in %d groups", onboardedUsers, onboardedGroups))
	folder, err := os.MkdirTemp(b.folder, "onboarding-")
	if err != nil {
		return err
	}
	server, err := startProcess(ctx, "cinode-scim", folder, interval, b.binary, serveArgs("bench.db")...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	simulate := exec.CommandContext(ctx, b.binary, "simulate", "jumpcloud", "--scenario", "bulk-onboarding", "--json",
		"--users", strconv.Itoa(onboardedUsers), "--groups-count", strconv.Itoa(onboardedGroups),
		"--base-url", "http://"+server.addr+scimBase, "--token", secret)
	var told bytes.Buffer
	simulate.Env, simulate.Stderr = shippedEnvironment(), &told
	output, err := simulate.Output()
	if err != nil {
		return fmt.Errorf("the simulated provider: %w\n%s", err, told.String())
	}
	var report onboarded
	if err := json.Unmarshal(output, &report); err != nil {
		return fmt.Errorf("the simulated provider's report: %w", err)
	}
	title := fmt.Sprintf("onboarding %d people in %d groups", onboardedUsers, onboardedGroups)
	out.addLimit(measureOnboarding, title, "s", 0, report.Took/1000)
	out.addLimit(measureOnboarding, title, "requests", 0, float64(report.Requests))
	if usage, ok := simulate.ProcessState.SysUsage().(*syscall.Rusage); ok {
		const kilo = 1024
		out.addLimit(measureOnboarding, "the simulated provider's memory at most", "MB", engineLimit, float64(usage.Maxrss)*kilo/1e6)
	}
	return nil
}
