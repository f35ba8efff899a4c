package idp

import "fmt"

// What an id is of; some providers write it into the id.
const (
	idUser  = 'u'
	idGroup = 'g'
	idApp   = 'a'
	idEvent = 'e'
)

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newID makes an id as the provider writes them: 24 hexadecimal digits
// (JumpCloud), a GUID (Entra), or 00u and 17 letters and digits (Okta).
// p.mu must be held.
func (p *Provider) newID(of rune) string {
	a, b := p.random.Uint64(), p.random.Uint64()
	switch p.options.Kind {
	case Entra:
		return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
	case Okta:
		id := []byte("00" + string(of))
		for range 17 {
			id = append(id, alphanumeric[p.random.IntN(len(alphanumeric))])
		}
		return string(id)
	default:
		return fmt.Sprintf("%016x%08x", a, b>>32)
	}
}
