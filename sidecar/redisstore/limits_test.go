package redisstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
)

// fields is how many dirty fields Redis has counted.
func (b bench) fields(t *testing.T) int64 {
	t.Helper()
	counts, err := b.Counts(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return counts.DirtyFields
}

func (b bench) wantFields(t *testing.T, want int64, after string) {
	t.Helper()
	if got := b.fields(t); got != want {
		t.Errorf("after %s %d dirty fields are counted; want %d", after, got, want)
	}
}

func TestDirtyFieldsAreCounted(t *testing.T) {
	b := open(t)
	slug := appointment.Post{Blog: 1, Slug: "appt_9", Type: "hospital_appointment"}
	b.wantFields(t, 0, "nothing")
	b.set(t, post(1), "status", "x", "room", "1", "status", "y")
	b.set(t, post(1), "room", "2")
	b.wantFields(t, 2, "three writes of two fields")
	if ok, err := b.SetStatus(t.Context(), appointment.Write{Post: post(2), Lease: b.lease}, "x", true); err != nil || !ok {
		t.Fatalf("SetStatus = %v, %v", ok, err)
	}
	b.wantFields(t, 3, "a status")
	r := b.claim(t, post(1))
	b.set(t, post(1), r.Fields[0].Key, "newer")
	b.ack(t, r)
	b.wantFields(t, 2, "an acknowledgement, one field written since")
	b.ack(t, r)
	b.wantFields(t, 2, "the same again")
	if ok, err := b.Delete(t.Context(), appointment.Write{Post: post(1), Lease: b.lease}); err != nil || !ok {
		t.Fatalf("Delete = %v, %v", ok, err)
	}
	b.wantFields(t, 3, "a deletion of one dirty and one clean field")
	r = b.claim(t, post(1))
	letters := []appointment.DeadLetter{{Post: r.Post, Key: r.Fields[0].Key, Mark: r.Fields[0].Mark}, {Post: r.Post, Key: "gone", Mark: "m"}}
	if ours, err := b.Bury(t.Context(), b.lease, r, letters); err != nil || !ours {
		t.Fatalf("Bury = %v, %v", ours, err)
	}
	b.wantFields(t, 2, "a dead letter")
	b.set(t, slug, "status", "x", "room", "2")
	b.set(t, post(9), "room", "3")
	b.wantFields(t, 5, "a slug")
	if err := b.Move(t.Context(), b.lease, appointment.Reading{Post: appointment.Post{Blog: 1, Slug: "appt_9"}}, post(9)); err != nil {
		t.Fatal(err)
	}
	b.wantFields(t, 4, "its move, to a post that had one of two fields")
	for _, id := range []uint64{9, 5} {
		if _, err := b.Forget(t.Context(), b.lease, post(id)); err != nil {
			t.Fatal(err)
		}
	}
	b.wantFields(t, 2, "a deleted post, and one that was not there")
	b.ack(t, b.claim(t, post(1)))
	b.ack(t, b.claim(t, post(2)))
	b.wantFields(t, 0, "everything")
	b.reconcile(t, appointment.Reconciled{})
	b.raw.HSet(t.Context(), "appointments:floor", "dirty", "-7")
	b.wantFields(t, 0, "a count by a version that did not count")
	b.set(t, post(1), "status", "x")
	b.reconcile(t, appointment.Reconciled{})
	b.ack(t, b.claim(t, post(1)))
	b.reconcile(t, appointment.Reconciled{Miscounted: -7})
	if count := b.hash(t, "appointments:floor")["dirty"]; count != "0" {
		t.Errorf("the count is %s", count)
	}
}

// refused fails unless every kind of write is refused by the error, and
// changes nothing.
func (b bench) refused(t *testing.T, want error) {
	t.Helper()
	before := b.hash(t, "appointments:floor")
	w := appointment.Write{Post: post(1), Lease: b.lease, Fields: []appointment.Field{{Key: "status", Value: "refused"}}}
	_, err := b.Write(t.Context(), []appointment.Write{w})
	_, err2 := b.SetStatus(t.Context(), w, "refused", true)
	_, err3 := b.Delete(t.Context(), w)
	for _, err := range []error{err, err2, err3} {
		if !errors.Is(err, want) {
			t.Errorf("error %v; want %v", err, want)
		}
	}
	if after := b.hash(t, "appointments:floor"); after["counter"] != before["counter"] || after["dirty"] != before["dirty"] {
		t.Errorf("a refused write left %v; before it %v", after, before)
	}
	if status := b.hash(t, "appointment:1")["status"]; status == "refused" {
		t.Error("a refused value is in Redis")
	}
}

func TestLimits(t *testing.T) {
	t.Run("refuses writes while as many fields are dirty as may be, and takes them again after a sync", func(t *testing.T) {
		b := open(t)
		b.MaxDirty = 3
		b.set(t, post(1), "status", "x", "room", "1")
		b.set(t, post(2), "status", "x")
		b.refused(t, appointment.ErrBacklog)
		b.ack(t, b.claim(t, post(2)))
		b.set(t, post(1), "status", "y")
	})
	t.Run("refuses writes while Redis uses more memory than it may, and brings home all the same", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x")
		b.MaxMemory = 1
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go b.Watch(ctx)
		w := []appointment.Write{{Post: post(2), Lease: b.lease, Fields: []appointment.Field{{Key: "status", Value: "x"}}}}
		containers.Eventually(t, 10*time.Second, func(ctx context.Context) error {
			if _, err := b.Write(ctx, w); err == nil {
				return errors.New("not refused")
			}
			return nil
		})
		b.refused(t, appointment.ErrRedisFull)
		if !b.ack(t, b.claim(t, post(1))) {
			t.Error("not acknowledged")
		}
	})
	t.Run("refuses writes at maxmemory as a whole", func(t *testing.T) {
		b := open(t)
		b.set(t, post(1), "status", "x")
		b.raw.ConfigSet(t.Context(), "maxmemory", "1")
		t.Cleanup(func() { b.raw.ConfigSet(context.Background(), "maxmemory", "256mb") })
		b.refused(t, appointment.ErrRedisFull)
		if !b.ack(t, b.claim(t, post(1))) {
			t.Error("not acknowledged")
		}
	})
}
