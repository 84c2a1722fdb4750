package syncer_test

import (
	"fmt"
	"testing"
	"time"

	"hospital-appointments-redis/e2e/containers"
	"hospital-appointments-redis/sidecar/appointment"
	"hospital-appointments-redis/sidecar/syncer"
)

func TestReconcile(t *testing.T) {
	often := func(o *syncer.Options) { o.ReconcileEvery = 50 * time.Millisecond }
	rarely := func(o *syncer.Options) { o.ReconcileEvery = time.Hour }
	t.Run("brings home at start what has no place in the dirty set", func(t *testing.T) {
		b := open(t, rarely)
		b.set(t, post(1), "status", "lost")
		containers.RedisAdmin(t).Del(t.Context(), "appointments:dirty")
		b.running(t)
		b.home(t, 1, "status", "lost")
		if n := b.Reconciled.Load(); n != 1 {
			t.Errorf("counted %d posts", n)
		}
	})
	t.Run("and now and then", func(t *testing.T) {
		b := open(t, often)
		b.running(t)
		b.set(t, post(1), "status", "first")
		b.home(t, 1, "status", "first")
		admin := containers.RedisAdmin(t)
		lease := b.lease()
		mark := appointment.Version{Epoch: lease.Epoch, Counter: 1 << 40}.String() + "@1"
		admin.HSet(t.Context(), "appointment:1", "status", "second")
		admin.HSet(t.Context(), "appointment:1:dirty", "status", mark)
		b.home(t, 1, "status", "second")
	})
	t.Run("and when Redis is another one", func(t *testing.T) {
		b := open(t, rarely)
		if found, err := b.Reconcile(t.Context(), 1); err != nil || found != (appointment.Reconciled{}) {
			t.Fatalf("Reconcile = %+v, %v", found, err)
		}
		admin := containers.RedisAdmin(t)
		admin.FlushAll(t.Context())
		id, err := b.redis.RaiseFloor(t.Context(), 1, 2, "clinic", false)
		if err != nil {
			t.Fatal(err)
		}
		b.owner.Lock()
		b.owner.site.RedisID = id
		b.owner.Unlock()
		b.set(t, post(1), "status", "lost")
		admin.Del(t.Context(), "appointments:dirty")
		b.running(t)
		b.home(t, 1, "status", "lost")
	})
	t.Run("comes before a return drains, which else would leave fields of the old epoch behind", func(t *testing.T) {
		b := open(t)
		if _, err := b.Reconcile(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		b.set(t, post(1), "status", "lost")
		containers.RedisAdmin(t).Del(t.Context(), "appointments:dirty")
		b.exec(t, "UPDATE wp_hospital_sync_state SET epoch = 3, mode = 'native'")
		b.owner.site.Native, b.owner.site.Epoch = true, 3 // what was looked at before does not count
		report, err := b.Drain(t.Context(), 1)
		if err != nil || report.Synced != 1 {
			t.Errorf("Drain = %+v, %v", report, err)
		}
		b.want(t, 1, "status", "lost")
	})
}

func TestAMarkOfSomebodyElsesIsADeadLetter(t *testing.T) {
	b := open(t)
	b.set(t, post(1), "status", "unversioned")
	b.set(t, post(1), "room", "12")
	b.set(t, post(2), "status", "good")
	containers.RedisAdmin(t).HSet(t.Context(), "appointment:1:dirty", "status", "by hand")
	b.flush(t)
	if got := fmt.Sprint(b.letters(t)); got != "[1 status no_version unversioned]" {
		t.Errorf("dead letters %s", got)
	}
	b.want(t, 1, "room", "12")
	b.want(t, 2, "status", "good")
	b.wantDirty(t)
}
