package seed

import (
	"errors"
	"fmt"
	"os"
)

// ReadFiles reads and checks files that are loaded together, by whose paths
// violations name them. What is wrong with any of them is one InvalidError; those
// that are right by themselves are given all the same.
func ReadFiles(paths []string, o Options) ([]*File, error) {
	var files []*File
	var all InvalidError
	for _, path := range paths {
		f, err := readFile(path, o)
		var invalid *InvalidError
		switch {
		case errors.As(err, &invalid):
			all.Violations = append(all.Violations, invalid.Violations...)
			all.More += invalid.More
		case err != nil:
			return nil, err
		default:
			files = append(files, f)
		}
	}
	all.Violations = append(all.Violations, between(files)...)
	if len(all.Violations) > 0 {
		return files, &all
	}
	return files, nil
}

func readFile(path string, o Options) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the seed file cannot be read: %w", err)
	}
	defer f.Close() //nolint:errcheck // it is only read
	o.Name = path
	return Decode(f, o)
}

// between finds what files have that only one of them may.
func between(files []*File) []Violation {
	type owner struct {
		file string
		at   place
	}
	var list []Violation
	tenants, secrets := map[int64]owner{}, map[[32]byte]owner{}
	for _, f := range files {
		for _, t := range f.Tenants {
			if first, twice := tenants[t.ID]; twice {
				list = append(list, Violation{f.Name, t.at.line, t.at.column,
					fmt.Sprintf("tenant %d is in %s too, in line %d; a tenant is described by one file", t.ID, first.file, first.at.line)})
				continue
			}
			tenants[t.ID] = owner{f.Name, t.at}
			for _, token := range t.Tokens {
				if first, twice := secrets[token.Hash]; twice {
					list = append(list, Violation{f.Name, token.at.line, token.at.column,
						fmt.Sprintf("the token in line %d of %s has the same secret, which finds one token only; give each its own", first.at.line, first.file)})
				}
				secrets[token.Hash] = owner{f.Name, token.at}
			}
		}
	}
	return list
}
