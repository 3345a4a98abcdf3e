#!/bin/sh
# Makes broker and database ready. It runs at every start: topics and tables follow the settings and the version, and
# clients and a model are made once. The active model is written last, so it marks that end.
set -eu

neoscore topics apply
neoscore db migrate
if [ ! -e "$NEOSCORE_HOME/models/active" ]; then
    neoscore db seed
    neoscore train
fi
