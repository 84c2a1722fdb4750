package postmeta

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// errEpoch: the site row has another epoch than the readings were made in.
var errEpoch = errors.New("the epoch moved on")

// Sync commits readings of one blog, made while its epoch was epoch, and tells
// the fate of each, in order. One bad value or one locked post holds up nobody
// else. ErrMySQLAway: an outage; ErrNative: the epoch is over; the readings
// are then to be forgotten, and what did commit will be left out next time.
func (d *DB) Sync(ctx context.Context, blog, epoch uint64, readings []appointment.Reading) ([]appointment.Verdict, error) {
	if len(readings) == 0 {
		return nil, nil
	}
	dialect, err := d.ask(ctx)
	if err != nil {
		return nil, err
	}
	b := batch{DB: d, dialect: dialect, blog: blog, epoch: epoch, waits: new(int)}
	return b.commit(ctx, readings, false)
}

// batch is the epoch that some readings of one blog belong to.
type batch struct {
	*DB
	dialect     dialect
	blog, epoch uint64
	waits       *int // lock waits that the server sat out, NOWAIT or not
}

// maxWaits is how often a batch sits out a lock wait while it narrows down to
// what is locked. MySQL cannot be told not to wait for a gap (see dialect);
// what has not been told apart by then is put back together.
const maxWaits = 3

// commit tries the readings together, and narrows down to the one that is
// locked or refused when that fails.
func (b batch) commit(ctx context.Context, readings []appointment.Reading, nowait bool) ([]appointment.Verdict, error) {
	began := time.Now()
	verdicts, err := b.transact(ctx, readings, nowait, true)
	for tries := 0; troubleOf(err) == deadlock && tries < 5; tries++ {
		verdicts, err = b.transact(ctx, readings, nowait, true)
	}
	if troubleOf(err) == locked && time.Since(began) > 500*time.Millisecond {
		*b.waits++
	}
	switch {
	case err == nil:
		return verdicts, nil
	case errors.Is(err, errEpoch):
		return nil, fmt.Errorf("sync blog %d: %w: %w", b.blog, appointment.ErrNative, err)
	case troubleOf(err) == away:
		return nil, asAway("sync", err)
	case troubleOf(err) == locked && *b.waits >= maxWaits:
		return slices.Repeat([]appointment.Verdict{{Fate: appointment.Locked}}, len(readings)), nil
	case len(readings) > 1:
		// Halves with NOWAIT: the posts that nobody holds commit at once.
		middle := len(readings) / 2
		first, err := b.commit(ctx, readings[:middle], true)
		if err != nil {
			return nil, err
		}
		second, err := b.commit(ctx, readings[middle:], true)
		return append(first, second...), err
	case troubleOf(err) == refused:
		return b.probe(ctx, readings[0])
	}
	return []appointment.Verdict{{Fate: appointment.Locked}}, nil
}

// probe finds which fields of one post MySQL refuses, by trying each alone and
// rolling back. The rest may only be committed once these are dead letters: the
// fence rises over whole posts.
func (b batch) probe(ctx context.Context, reading appointment.Reading) ([]appointment.Verdict, error) {
	verdict := appointment.Verdict{Fate: appointment.Doomed}
	for _, field := range reading.Fields {
		alone := reading
		alone.Fields = []appointment.Dirty{field}
		_, err := b.transact(ctx, []appointment.Reading{alone}, false, false)
		switch {
		case err == nil:
		case troubleOf(err) == refused:
			verdict.Doomed = append(verdict.Doomed, reading.Letter(field, appointment.DeadRefused, reasonOf(err)))
		case errors.Is(err, errEpoch):
			return nil, fmt.Errorf("probe post %d: %w: %w", reading.Post.ID, appointment.ErrNative, err)
		case troubleOf(err) == away:
			return nil, asAway("probe", err)
		default:
			return []appointment.Verdict{{Fate: appointment.Locked}}, nil
		}
	}
	if len(verdict.Doomed) == 0 { // each goes alone but not together: the table changed in between
		return []appointment.Verdict{{Fate: appointment.Locked}}, nil
	}
	return b.countRead(ctx, reading, verdict)
}

// countRead raises the fence to a read whose fields are not written, as plan
// does where it knows that itself.
func (b batch) countRead(ctx context.Context, reading appointment.Reading, verdict appointment.Verdict) ([]appointment.Verdict, error) {
	reading.Fields = nil
	verdicts, err := b.transact(ctx, []appointment.Reading{reading}, false, true)
	switch {
	case errors.Is(err, errEpoch):
		return nil, fmt.Errorf("sync blog %d: %w: %w", b.blog, appointment.ErrNative, err)
	case err != nil && troubleOf(err) == away:
		return nil, asAway("sync", err)
	case err != nil:
		return []appointment.Verdict{{Fate: appointment.Locked}}, nil
	case verdicts[0].Fate == appointment.Forgotten:
		return verdicts, nil
	}
	return []appointment.Verdict{verdict}, nil
}

// transact runs R4's transaction once. With keep false it is rolled back.
func (b batch) transact(ctx context.Context, readings []appointment.Reading, nowait, keep bool) ([]appointment.Verdict, error) {
	tx, err := b.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }() // after COMMIT it does nothing
	found, err := b.lock(ctx, tx, readings, nowait)
	if err != nil {
		return nil, err
	}
	c := change{fences: map[uint64]fence{}}
	verdicts := make([]appointment.Verdict, len(readings))
	for i, reading := range readings {
		verdicts[i] = found.plan(reading, &c)
	}
	if len(c.fences) == 0 {
		return verdicts, nil
	}
	if err := b.apply(ctx, tx, c, found.packet, nowait); err != nil || !keep {
		return verdicts, err
	}
	return verdicts, tx.Commit()
}
