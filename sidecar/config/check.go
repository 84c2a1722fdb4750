package config

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"hospital-appointments-redis/sidecar/appointment"
)

// checkRanges holds every field to its range and oneof tags.
func (c *Config) checkRanges() []Problem {
	var problems []Problem
	value := reflect.ValueOf(c).Elem()
	for _, each := range settings() {
		field := value.Field(each.index)
		if each.words != "" && !slices.Contains(strings.Fields(each.words), field.String()) {
			problems = append(problems, Problem{each.name, fmt.Errorf("%q is not one of %s", field.String(), strings.ReplaceAll(each.words, " ", ", "))})
		}
		if each.span == "" {
			continue
		}
		low, high, err := bounds(each.span, field.Type())
		if err != nil {
			problems = append(problems, Problem{each.name, err})
		} else if n := field.Int(); n < low || n > high {
			problems = append(problems, Problem{each.name, fmt.Errorf("%s is outside %s", text(field.Interface()), strings.Replace(each.span, "..", " to ", 1))})
		}
	}
	return problems
}

// bounds reads "low..high" in the terms of a field's type.
func bounds(span string, of reflect.Type) (low, high int64, err error) {
	from, to, _ := strings.Cut(span, "..")
	if low, err = number(from, of); err != nil {
		return 0, 0, err
	}
	high, err = number(to, of)
	return low, high, err
}

func number(s string, of reflect.Type) (int64, error) {
	switch of {
	case reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(s)
		return int64(d), err
	case reflect.TypeFor[Size]():
		var size Size
		err := size.UnmarshalText([]byte(s))
		return int64(size), err
	}
	return strconv.ParseInt(s, 10, 64)
}

var (
	tablePrefixes = regexp.MustCompile(`^[A-Za-z0-9_]{1,40}$`)
	// No braces: they would decide the hash tag of every key.
	redisPrefixes = regexp.MustCompile(`^[A-Za-z0-9_.:-]{0,64}$`)
)

// resolve checks what one tag cannot say, and fills what follows from the
// settings: addresses and parsed types.
func (c *Config) resolve() []Problem {
	var problems []Problem
	add := func(variable string, err error) {
		if err != nil {
			problems = append(problems, Problem{variable, err})
		}
	}
	listen := "HOSPITAL_LISTEN"
	if c.Listen == "" {
		listen = "HOSPITAL_SIDECAR_ADDRESS"
		c.Listen, c.sources["HOSPITAL_LISTEN"] = c.Address, listen
	}
	add(listen, c.resolveListen())
	add("HOSPITAL_DB_HOST", c.resolveDBHost(isSocket))
	if c.dbNet == "unix" && c.DBTLS != "false" {
		add("HOSPITAL_DB_TLS", fmt.Errorf("%s is a socket, which takes no TLS: want false", c.DBHost))
	}
	add("HOSPITAL_WORDPRESS_URL", c.resolveWordPress())
	if !tablePrefixes.MatchString(c.TablePrefix) {
		add("HOSPITAL_TABLE_PREFIX", fmt.Errorf("%q is not 1 to 40 of A-Z, a-z, 0-9 and _", c.TablePrefix))
	}
	add(c.checkRedis())
	add(c.checkSentinels())
	if !redisPrefixes.MatchString(c.RedisPrefix) {
		add("HOSPITAL_REDIS_PREFIX", fmt.Errorf("%q is not at most 64 of A-Z, a-z, 0-9, _, ., : and -", c.RedisPrefix))
	}
	var err error
	c.Types, err = appointment.ParseTypes(c.PostTypes)
	add("HOSPITAL_APPOINTMENT_POST_TYPES", err)
	if c.LeaseMS < c.TimeoutMS {
		add("HOSPITAL_LEASE_MS", fmt.Errorf("%d is less than HOSPITAL_SIDECAR_TIMEOUT_MS, %d", c.LeaseMS, c.TimeoutMS))
	}
	if c.MaxValue > c.MaxBody {
		add("HOSPITAL_MAX_VALUE", fmt.Errorf("%s is more than HOSPITAL_MAX_BODY, %s", c.MaxValue, c.MaxBody))
	}
	return problems
}
