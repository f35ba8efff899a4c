package web

import (
	"math"
	"strconv"
	"time"
)

// chart is a drawing of requests over time: a column for each step. It is as wide
// as its place, so its texts stand beside the drawing.
type chart struct {
	Columns []column
	Width   int    // of the drawing; its height is chartHeight
	Top     int64  // what the upper edge stands for
	Peak    column // the step with the most requests
}

// column is a step that had requests.
type column struct {
	tally
	From, To time.Time
	Bars     []bar
}

// bar is a part of a column.
type bar struct {
	Class         string
	X, Y, W, High string
}

const (
	chartHeight = 100
	columnWidth = 10
	columnGap   = 2
	// lowest is how high a bar is at least: one error among thousands must be seen.
	lowest = 1.6
)

// draw stacks errors, what deviates, and the rest, from below.
func draw(steps []tally, from time.Time, step time.Duration) chart {
	c := chart{Width: len(steps) * columnWidth}
	for _, t := range steps {
		c.Top = max(c.Top, t.Requests)
	}
	c.Top = nice(c.Top)
	for i, t := range steps {
		if t.Requests == 0 {
			continue
		}
		at := from.Add(time.Duration(i) * step)
		col := column{tally: t, From: at, To: at.Add(step)}
		x, y := float64(i*columnWidth)+columnGap/2, float64(chartHeight)
		for _, part := range []struct {
			class string
			n     int64
		}{{"errors", t.Errors}, {"deviating", t.Deviating}, {"good", t.Requests - t.Errors - t.Deviating}} {
			if part.n == 0 {
				continue
			}
			high := min(max(lowest, chartHeight*float64(part.n)/float64(c.Top)), y)
			y -= high
			col.Bars = append(col.Bars, bar{part.class, decimal(x), decimal(y), decimal(columnWidth - columnGap), decimal(high)})
		}
		if c.Columns = append(c.Columns, col); t.Requests > c.Peak.Requests {
			c.Peak = col
		}
	}
	return c
}

// nice is the next number that reads well: 1, 2 or 5 with zeros, and 2 at least, so
// that it has a half.
func nice(n int64) int64 {
	for unit := int64(1); unit < math.MaxInt64/100; unit *= 10 {
		for _, m := range []int64{1, 2, 4, 6, 8} {
			if m*unit >= max(n, 2) {
				return m * unit
			}
		}
	}
	return n
}

func decimal(x float64) string { return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64) }

// Half is what the middle stands for.
func (c chart) Half() string { return thousands(c.Top / 2) }

// Upper is what the upper edge stands for.
func (c chart) Upper() string { return thousands(c.Top) }

// Hours are those of a step, in UTC.
func (c column) Hours() string {
	return c.From.UTC().Format("2 Jan, 15:04") + " to " + c.To.UTC().Format("15:04") + " UTC"
}

// Says is the column in words.
func (c column) Says() string {
	text := c.Hours() + ": " + several(c.Requests, "request")
	if c.Errors > 0 {
		text += ", " + several(c.Errors, "error")
	}
	if c.Deviating > 0 {
		text += ", " + thousands(c.Deviating) + " with deviations"
	}
	return text
}

func several(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return thousands(n) + " " + what + "s"
}

// Format is a number of a page with commas.
func (tally) Format(n int64) string { return thousands(n) }
