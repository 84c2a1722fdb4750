package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"hospital-appointments-redis/sidecar/appointment"
)

// KeysVersion is the version of the keys' meaning, kept beside the floor. It
// grows when an older sidecar would misread what a newer one leaves; the newer
// one then gives the floor a new token too, so that an older one that is still
// running is refused at once. A floor without a version is of the first.
const KeysVersion = 1

// at returns the run and token that a lease names, once it is known that no
// newer version of the sidecar keeps this blog's keys. That is asked once per
// run, and learned again with each look at the floors.
func (s *Store) at(ctx context.Context, lease appointment.Lease) (*run, string, error) {
	r, token, err := s.runs.at(ctx, lease)
	if err != nil {
		return nil, "", err
	}
	version, known := r.versions.Load(lease.Blog)
	if !known {
		text, err := r.HGet(ctx, s.keys.floor(lease.Blog), "keys").Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return nil, "", beforehand(classify(err))
		}
		version = r.noteVersion(lease.Blog, text)
	}
	if v := version.(uint64); v > KeysVersion {
		return nil, "", newerKeys(v)
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

func (r *run) noteVersion(blog uint64, text string) uint64 {
	version, _ := strconv.ParseUint(text, 10, 64) // none: the first
	r.versions.Store(blog, version)
	return version
}

func newerKeys(version uint64) error {
	return fmt.Errorf("%w: they are of version %d, this sidecar knows %d", appointment.ErrNewerKeys, version, KeysVersion)
}
