package config

import (
	"reflect"
	"strings"
)

// setting is one field of Config as its tags describe it.
type setting struct {
	index    int
	field    string
	name     string   // variable
	wp       []string // names in wp-config.php, the first that is there counts
	fallback string
	span     string // range tag
	words    string // oneof tag
	doc      string
	secret   bool // also read from the file named by name_FILE
}

// settings lists the settings in the order of the struct.
func settings() []setting {
	var list []setting
	config := reflect.TypeFor[Config]()
	for i := range config.NumField() {
		field := config.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
		if name == "" || name == "-" {
			continue
		}
		each := setting{
			index: i, field: field.Name, name: name, wp: []string{name},
			fallback: field.Tag.Get("envDefault"),
			span:     field.Tag.Get("range"),
			words:    field.Tag.Get("oneof"),
			doc:      field.Tag.Get("doc"),
			secret:   field.Type == reflect.TypeFor[Secret](),
		}
		if constant := field.Tag.Get("wp"); constant != "" {
			each.wp = append(each.wp, constant)
		}
		list = append(list, each)
	}
	return list
}
