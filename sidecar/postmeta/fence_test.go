package postmeta_test

import (
	"errors"
	"sync"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/postmeta"
)

func TestFence(t *testing.T) {
	b := open(t)
	t.Run("rises to the read and to the newest version in it", func(t *testing.T) {
		b.sync(t, read(1, 12, set("status", "x", 10), set("room", "1", 11)))
		if got := b.fence(t, 1); got != "5-12 5-11" {
			t.Errorf("fence %s", got)
		}
	})
	t.Run("forgets an older read, and says how far the counter is behind", func(t *testing.T) {
		v := b.sync(t, read(1, 8, set("status", "older", 7)))[0]
		if v.Fate != appointment.Forgotten || v.Lift != 12 {
			t.Errorf("%+v", v)
		}
		b.want(t, 1, "status", "x")
		if got := b.fence(t, 1); got != "5-12 5-11" {
			t.Errorf("fence %s", got)
		}
	})
	t.Run("forgets the same read a second time", func(t *testing.T) {
		if v := b.sync(t, read(1, 12, set("status", "again", 13)))[0]; v.Fate != appointment.Forgotten {
			t.Errorf("%+v", v)
		}
		b.want(t, 1, "status", "x")
	})
	t.Run("leaves out a version that is not above its own, as after a Redis that came back older", func(t *testing.T) {
		wantSettled(t, b.sync(t, read(1, 20, set("status", "snapshot", 11), set("room", "2", 14)))[0], true, false)
		b.want(t, 1, "status", "x")
		b.want(t, 1, "room", "2")
		if got := b.fence(t, 1); got != "5-20 5-14" {
			t.Errorf("fence %s", got)
		}
	})
	t.Run("holds up only the post it is of", func(t *testing.T) {
		verdicts := b.sync(t, read(1, 19, set("status", "older", 15)), read(2, 19, set("status", "fine", 15)))
		if verdicts[0].Fate != appointment.Forgotten {
			t.Errorf("%+v", verdicts[0])
		}
		wantSettled(t, verdicts[1], false)
	})
	t.Run("does not stand in the way of a later epoch with a smaller counter, and asks for no lift", func(t *testing.T) {
		b.exec(t, "UPDATE wp_hospital_sync_state SET epoch = 7, returned = 7")
		f := set("status", "after the return", 2)
		f.Version.Epoch = 7
		wantSettled(t, b.sync(t, read(1, 3, f))[0], false)
		b.want(t, 1, "status", "after the return")
	})
}

func TestEpoch(t *testing.T) {
	b := open(t)
	r := []appointment.Reading{read(1, 2, set("status", "x", 1))}
	for name, change := range map[string]string{
		"a later epoch is ErrNative and writes nothing": "UPDATE wp_hospital_sync_state SET epoch = 6, mode = 'native'",
		"a site row that is gone is ErrNative":          "DELETE FROM wp_hospital_sync_state",
	} {
		t.Run(name, func(t *testing.T) {
			b.exec(t, change)
			if verdicts, err := b.rows.Sync(t.Context(), 1, epoch, r); !errors.Is(err, appointment.ErrNative) || verdicts != nil {
				t.Errorf("Sync = %+v, %v", verdicts, err)
			}
			b.want(t, 1, "status")
		})
	}
}

// Two sidecars sync the same posts at once: whichever comes first, the newer
// read is what stays, and the older is forgotten if it comes last.
func TestTwoSyncers(t *testing.T) {
	b := open(t)
	var posts []uint64
	for id := uint64(1); id <= 9; id++ {
		posts = append(posts, id)
		b.row(t, id, "status", "start")
	}
	for round := range 15 {
		stamp := uint64(100 * (round + 1))
		older, newer := make([]appointment.Reading, len(posts)), make([]appointment.Reading, len(posts))
		for i, id := range posts {
			older[i] = read(id, stamp+50, set("status", "older", stamp+1), set("born", "older", stamp+2))
			// The other claims them in another order.
			newer[len(posts)-1-i] = read(id, stamp+60, set("status", "newer", stamp+3), set("born", "newer", stamp+4))
		}
		var both sync.WaitGroup
		for _, readings := range [][]appointment.Reading{older, newer} {
			db := postmeta.New(b.sql.DB, appointment.Tables{Base: "wp_"})
			both.Go(func() {
				verdicts, err := db.Sync(t.Context(), 1, epoch, readings)
				if err != nil {
					t.Errorf("Sync: %v", err)
				}
				for _, v := range verdicts {
					if v.Fate == appointment.Locked || v.Fate == appointment.Doomed {
						t.Errorf("fate %d", v.Fate)
					}
				}
			})
		}
		both.Wait()
		for _, id := range posts {
			b.want(t, id, "status", "newer")
			b.want(t, id, "born", "newer")
		}
		if t.Failed() {
			return
		}
	}
}
