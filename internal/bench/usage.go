package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// clockTick is the unit of CPU times in /proc, the same on every Linux.
const clockTick = 10 * time.Millisecond

// Positions in /proc/PID/stat, counted after the command's closing parenthesis.
const (
	statParent         = 1
	statUserTime       = 11
	statSystemTime     = 12
	statChildrenUser   = 13
	statChildrenSystem = 14
)

// cpuTime is the CPU time that a process and its children have used, living
// ones and those it has waited for; false where there is no /proc to ask.
func cpuTime(pid int) (time.Duration, bool) {
	fields, ok := processStat(pid)
	if !ok {
		return 0, false
	}
	ticks := ticksOf(fields)
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, false
	}
	for _, folder := range folders {
		child, err := strconv.Atoi(filepath.Base(folder))
		if err != nil {
			continue
		}
		// One that ended meanwhile is in its parent's sum.
		if fields, ok := processStat(child); ok && string(fields[statParent]) == strconv.Itoa(pid) {
			ticks += ticksOf(fields)
		}
	}
	return time.Duration(ticks) * clockTick, true
}

func processStat(pid int) ([][]byte, bool) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, false
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	return fields, len(fields) > statChildrenSystem
}

func ticksOf(fields [][]byte) int64 {
	var sum int64
	for _, at := range []int{statUserTime, statSystemTime, statChildrenUser, statChildrenSystem} {
		ticks, err := strconv.ParseInt(string(fields[at]), 10, 64)
		if err == nil {
			sum += ticks
		}
	}
	return sum
}

// residentMB is the memory that a process holds now, in millions of bytes; zero
// where there is no /proc to ask.
func residentMB(pid int) float64 {
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(statm)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.Atoi(string(fields[1]))
	if err != nil {
		return 0
	}
	return megabytes(int64(pages) * int64(os.Getpagesize()))
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }
