#!/bin/sh
# Makes an empty broker and database ready. Safe to run at every start: what is there already is left as it is.
set -eu

neoscore topics create
neoscore db init
neoscore db seed
[ -e "$NEOSCORE_HOME/models/active" ] || neoscore train
