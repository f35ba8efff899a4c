package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// print writes the results for people: a block for each operation, then the
// figures at rest and of onboarding, then the verdict. Names are padded to one width, which puts
// them to the left in a table that aligns to the right.
func (r *results) print(out io.Writer) {
	_, _ = fmt.Fprintf(out, "%s, %d CPUs, %s; %d users, %d connections, medians of %d x %s\n",
		r.System, r.CPUs, r.Go, r.Users, r.Conns, r.Rounds, r.Duration)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	r.printRows(table)
	r.printLimits(table)
	_ = table.Flush() // to standard output: an error has nowhere to go
	r.printVerdict(out)
}

func (r *results) printRows(table io.Writer) {
	var block string
	for _, one := range r.Rows {
		if name := fmt.Sprint(one.Operation, one.Conns); name != block {
			block = name
			_, _ = fmt.Fprintf(table, "\n%-41s\treq/s\tp50 ms\tp99 ms\tCPU µs\tratio\ttarget\t\t\n", one.heading())
		}
		_, _ = fmt.Fprintf(table, "%-41s\t%.0f\t%.2f\t%.2f\t%s\t%s\t%s\t%s\t\n",
			one.name(), one.Median.Rate, one.Median.P50, one.Median.P99,
			known(one.Median.CPU, "%.0f"), known(one.Ratio, "%.2f"), one.target(), one.verdict())
	}
}

func (r row) heading() string {
	if r.Members > 0 {
		return fmt.Sprintf("add a member, %d conn", r.Conns)
	}
	return r.Title
}

func (r row) name() string {
	if r.Members > 0 {
		return fmt.Sprintf("%s, %d members", r.Server, r.Members)
	}
	return r.Server
}

func (r row) target() string {
	switch {
	case r.Target == 0:
		return ""
	case r.AtMost:
		return fmt.Sprintf("<= %.1f", r.Target)
	default:
		return fmt.Sprintf(">= %.1f", r.Target)
	}
}

func (r row) verdict() string {
	switch {
	case r.Median.Wrong > 0:
		return fmt.Sprintf("%d WRONG ANSWERS", r.Median.Wrong)
	case r.Target == 0:
		return ""
	default:
		return met(r.Met)
	}
}

func met(yes bool) string {
	if yes {
		return "met"
	}
	return "NOT MET"
}

// known leaves out what could not be measured.
func known(value float64, format string) string {
	if value == 0 {
		return ""
	}
	return fmt.Sprintf(format, value)
}

func (r *results) printLimits(table io.Writer) {
	if len(r.Limits) > 0 {
		_, _ = fmt.Fprintf(table, "\n%-41s\tvalue\ttarget\t\t\n", "at rest, and onboarding")
	}
	for _, l := range r.Limits {
		target, verdict := "", ""
		if l.Limit > 0 {
			target, verdict = fmt.Sprintf("<= %.0f %s", l.Limit, l.Unit), met(l.Met)
		}
		_, _ = fmt.Fprintf(table, "%-41s\t%.1f %s\t%s\t%s\t\n", l.Title, l.Value, l.Unit, target, verdict)
	}
}

func (r *results) printVerdict(out io.Writer) {
	_, _ = fmt.Fprintln(out)
	targets, reached := 0, 0
	count := func(has, met bool) {
		if has {
			targets++
		}
		if has && met {
			reached++
		}
	}
	for _, one := range r.Rows {
		count(one.Target > 0, one.Met)
		if one.Median.Wrong > 0 {
			_, _ = fmt.Fprintf(out, "wrong answer, %s on %s: %s\n", one.Title, one.Server, one.Median.Example)
		}
	}
	for _, l := range r.Limits {
		count(l.Limit > 0, l.Met)
	}
	for _, doubt := range r.Doubts {
		_, _ = fmt.Fprintln(out, "INVALID RUN:", doubt)
	}
	_, _ = fmt.Fprintf(out, "%d of %d targets met; ratios are to the floor, or between the two groups\n", reached, targets)
}
