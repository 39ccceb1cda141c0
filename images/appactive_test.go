package images_test

import (
	"strings"
	"testing"

	"github.com/opc-source/opc-image/pkg/catalog"
)

// Upstream's Lua answers with the name of a unit, and its loc.cfg asks for the
// servers under the name of the app, the unit and "default".
func TestAppActiveNamesServersAfterUnits(t *testing.T) {
	t.Parallel()
	c := component(t, "appactive")
	list := render(t, c, catalog.Chart{Release: "appactive", Path: "chart", Values: "values.yaml"}, `
apps:
  - name: shop
    domains: [shop.example.com, www.example.com]
    rule: default
    units: {center: ["shop.shop.svc:80"], unit: ["10.0.0.9:80", "10.0.0.10:80"]}
`)
	config, _ := field(find(t, list, "ConfigMap", "appactive-gateway"), "data", "nginx.conf").(string)
	for _, want := range []string{
		"upstream shop_center_default {\n        server shop.shop.svc:80;\n",
		"upstream shop_unit_default {\n        server 10.0.0.9:80;\n        server 10.0.0.10:80;\n",
		"server_name shop.example.com www.example.com;", "set $app shop;", "set $router_rule default;", "set $self_unit center;",
	} {
		if !strings.Contains(config, want) {
			t.Errorf("%q is missing in:\n%s", want, config)
		}
	}
	rules, _ := field(find(t, list, "ConfigMap", "appactive-rules"), "data").(map[string]any)
	if rule, _ := rules["default"].(string); !strings.Contains(rule, `"idUnitMapping":`) {
		t.Errorf("rules: %v", rules)
	}
}

// What the configuration reads is in the image.
func TestAppActiveImageHasTheLua(t *testing.T) {
	t.Parallel()
	c := component(t, "appactive")
	have := map[string]bool{}
	for _, f := range c.Build[0].Files {
		have[f.Dest] = true
		if !strings.HasSuffix(f.Member, strings.TrimPrefix(f.Dest, "/etc/nginx")) {
			t.Errorf("%s is made of %s", f.Dest, f.Member)
		}
	}
	for _, want := range []string{"loc.cfg", "lua/init_by_lua_file.lua", "lua/set_user_unit.lua", "lua/kv/kv_init.lua"} {
		if !have["/etc/nginx/conf/"+want] {
			t.Errorf("%s is missing", want)
		}
	}
}
