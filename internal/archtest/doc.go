// Package archtest holds the layout of this repository as data and fails when the code leaves it: which package may
// import which (table_test.go), which package is the home of a library, and the few rules that a reader may rely on
// everywhere (policy_test.go). It reads source files and runs nothing.
//
// A failure names the file, the line and the reason. To allow what it refuses, change the table: that is a decision
// for review, so say why in the row.
package archtest
