package filter

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// The bounds of a number in a filter. An exponent of many digits would make a
// huge number of a short literal.
const (
	maxNumberLength = 64
	maxExponent     = 999
)

// parseNumber reads the literal of a JSON number exactly.
func parseNumber(literal string) (*big.Rat, bool) {
	if _, ok := NumberKey(literal); !ok {
		return nil, false
	}
	return new(big.Rat).SetString(literal)
}

// NumberKey writes the literal of a JSON number so that text order is numeric
// order and equal numbers are equal texts, without the rounding that databases
// do: a sign, the power of ten, the digits. It is false for what is out of
// bounds.
func NumberKey(literal string) (string, bool) {
	mantissa, exponent, ok := splitNumber(literal)
	if !ok {
		return "", false
	}
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent += len(whole) - (len(whole+fraction) - len(digits)) // of 0.digits
	digits = strings.TrimRight(digits, "0")
	switch {
	case strings.Trim(whole+fraction, "0123456789") != "" || whole == "":
		return "", false
	case digits == "":
		return "1", true
	case negative:
		return fmt.Sprintf("0%04d", 5000-exponent) + complement(digits) + "~", true
	default:
		return fmt.Sprintf("2%04d", 5000+exponent) + digits, true
	}
}

func splitNumber(literal string) (mantissa string, exponent int, ok bool) {
	if len(literal) > maxNumberLength {
		return "", 0, false
	}
	i := strings.IndexAny(literal, "eE")
	if i < 0 {
		return literal, 0, true
	}
	exponent, err := strconv.Atoi(literal[i+1:])
	return literal[:i], exponent, err == nil && -maxExponent <= exponent && exponent <= maxExponent
}

// complement turns the order of digits around; what follows it must sort after
// every digit.
func complement(digits string) string {
	out := []byte(digits)
	for i, d := range out {
		out[i] = '0' + '9' - d
	}
	return string(out)
}
