package ownership

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

func TestPatience(t *testing.T) {
	now := time.Unix(1000, 0)
	t.Run("queues for the site row after some refusals, and where that is in vain ever more rarely", func(t *testing.T) {
		var p patience
		var got []int // seconds
		for second := range 200 {
			now := now.Add(time.Duration(second) * time.Second)
			queues, number := p.queues(now), uint16(1205)
			if queues {
				got = append(got, second)
			} else if second%2 == 0 {
				number = 3572 // MySQL's for NOWAIT; MariaDB has the other for both
			}
			p.failed(away("return", &mysql.MySQLError{Number: number}), queues, now)
			if p.rests(now) {
				t.Error("it does not even ask")
			}
		}
		if want := "[3 7 15 31 63 123 183]"; fmt.Sprint(got) != want {
			t.Errorf("it queues in seconds %v; want %s", got, want)
		}
	})
	t.Run("does not queue for what is no lock", func(t *testing.T) {
		var p patience
		for range 10 {
			p.failed(away("return", &mysql.MySQLError{Number: 1290}), false, now)
			p.failed(nil, false, now)
		}
		if p.queues(now) || p.rests(now) {
			t.Errorf("%+v", p)
		}
	})
	t.Run("leaves another sidecar's drain alone for a while of its own, up to a limit", func(t *testing.T) {
		var p, other patience
		for _, most := range []time.Duration{drainMin, 2 * drainMin, 4 * drainMin, drainMax, drainMax} {
			for _, each := range []*patience{&p, &other} {
				each.failed(fmt.Errorf("drain: 1 %w", errLeft), false, now)
				if !each.rests(now.Add(most/2-1)) || each.rests(now.Add(most)) {
					t.Errorf("until %v; want between half of %v and all of it", each.drainAt.Sub(now), most)
				}
			}
		}
		if p.drainAt.Equal(other.drainAt) {
			t.Error("both draw the same")
		}
	})
}
