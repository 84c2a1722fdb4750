package main

import (
	"os"
	"testing"

	"hospital-appointments-redis/e2e/containers"
)

func TestMain(m *testing.M) { os.Exit(containers.Main(m)) }
