# Thin front of Meson; see README.md.  BUILD names the build folder.
BUILD ?= build
SAN   := $(BUILD)-san

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)
	cd $(BUILD) && for p in tool/*/scms* role/*/scms-*; do \
	    [ ! -f $$p -o ! -x $$p ] || ln -sf $$p .; done

$(BUILD)/build.ninja:
	meson setup $(BUILD)

$(SAN)/build.ninja:
	meson setup $(SAN) -Db_sanitize=address,undefined -Doptimization=1

setup:
	scripts/setup

demo: setup all
	scripts/demo

check: setup
	scripts/check

check-long: setup all
	scripts/check-long

bench: setup all
	scripts/bench

profile: setup all
	scripts/bench profile

soak: setup all
	scripts/soak

lint: $(BUILD)/build.ninja
	scripts/lint

install: all
	meson install -C $(BUILD)

clean:
	rm -rf $(BUILD) $(SAN) $(BUILD)-clang $(BUILD)-fuzz \
	    $(BUILD)-memcheck $(BUILD)-memory

.PHONY: all setup demo check check-long bench profile soak lint install clean
