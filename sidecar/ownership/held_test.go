package ownership_test

import (
	"errors"
	"testing"

	"hospital-appointments-redis/sidecar/appointment"
)

// TestHandOver: after the sync by which a held site is handed back to core, which
// then marks nothing, no script of the owner from before may slip in: a later
// return would bring it over what core wrote.
func TestHandOver(t *testing.T) {
	for name, home := range map[string]func(sidecar) (appointment.SyncReport, error){
		"by a sync":       func(s sidecar) (appointment.SyncReport, error) { return s.syncer.Sync(t.Context(), 1) },
		"by a retirement": func(s sidecar) (appointment.SyncReport, error) { return s.syncer.Retire(t.Context(), 1, false) },
	} {
		t.Run(name+" lets no write of an epoch before it in", func(t *testing.T) {
			b := open(t)
			b.offload(t)
			s := b.sidecar(t, b.redis)
			late := status(1, "late", false)
			late[0].Lease = s.leased(t, 4) // and then that sidecar is stopped
			b.exec(t, "INSERT INTO wp_postmeta (post_id, meta_key, meta_value) VALUES (1, 'status', 'before')")
			b.exec(t, "UPDATE wp_hospital_sync_state SET mode = 'native', epoch = epoch + 1, held = 1")
			if report, err := home(s); err != nil || report.Left != 0 {
				t.Fatalf("%+v, %v", report, err)
			}
			if _, err := b.redis.Write(t.Context(), late); !errors.Is(err, appointment.ErrNative) && !errors.Is(err, appointment.ErrOtherRedis) {
				t.Errorf("the late write: %v", err)
			}
			b.exec(t, "UPDATE wp_postmeta SET meta_value = 'core'") // unmarked: the plugin is not there
			b.exec(t, "UPDATE wp_hospital_sync_state SET held = 0")
			s.run(t)
			b.until(t, offload)
			if got := b.value(t, 1, "status"); got != "core" {
				t.Errorf("status is %q", got)
			}
		})
	}
	t.Run("of a site whose Redis is another's, or was emptied, changes nothing in it", func(t *testing.T) {
		for _, name := range []string{"another site", ""} {
			b := open(t)
			b.exec(t, "UPDATE wp_hospital_sync_state SET held = 1")
			if name != "" {
				if _, err := b.redis.RaiseFloor(t.Context(), 1, 2, name, false); err != nil {
					t.Fatal(err)
				}
			}
			s := b.sidecar(t, b.redis)
			if _, err := s.Site(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			if report, err := s.syncer.Sync(t.Context(), 1); err != nil || report.Left != 0 {
				t.Errorf("Sync = %+v, %v", report, err)
			}
			if floor := b.raw.HGetAll(t.Context(), "appointments:floor").Val(); floor["site"] != name || name != "" && floor["epoch"] != "2" {
				t.Errorf("the floor is %v", floor)
			}
		}
	})
}
