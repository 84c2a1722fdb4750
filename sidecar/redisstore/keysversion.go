package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"hospital-appointments-redis/sidecar/appointment"
)

// KeysVersion is the version of the keys' meaning, kept beside the floor. It
// grows when an older sidecar would misread what a newer one leaves; the newer
// one then gives the floor a new token too, so that an older one that is still
// running is refused at once. A floor without a version is of the first.
const KeysVersion = 1

// at returns the run and token that a lease names, once it is known that no
// newer version of the sidecar keeps this blog's keys, and noted under which
// patterns this one writes. That is asked once per run and token, and again when a
// look at the floors finds another answer.
func (s *Store) at(ctx context.Context, lease appointment.Lease) (*run, string, error) {
	r, token, err := s.runs.at(ctx, lease)
	if err != nil {
		return nil, "", err
	}
	known, ok := r.agreed(lease.Blog)
	if !ok || known.token != token {
		if known, err = s.agree(ctx, r, lease.Blog, token); err != nil {
			return nil, "", beforehand(err)
		}
	}
	if known.version > KeysVersion {
		return nil, "", newerKeys(known.version)
	}
	return r, token, nil
}

// beforehand is the error of a question that came before anything was written.
func beforehand(err error) error {
	if errors.Is(err, appointment.ErrUnknownOutcome) {
		return fmt.Errorf("%w: %s", appointment.ErrRedisAway, err)
	}
	return err
}

func parseVersion(text string) uint64 {
	version, _ := strconv.ParseUint(text, 10, 64) // none: the first
	return version
}

func newerKeys(version uint64) error {
	return fmt.Errorf("%w: they are of version %d, this sidecar knows %d", appointment.ErrNewerKeys, version, KeysVersion)
}
