package main

import (
	"testing"

	"github.com/cinode-scim/cinode-scim/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }
