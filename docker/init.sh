#!/bin/sh
# Makes broker and database ready. It runs at every start, and leaves alone what is there already: the topics, the
# tables, and after the first start the clients and the model. The active model is written last, so it marks that end.
set -eu

neoscore topics create
neoscore db migrate
if [ ! -e "$NEOSCORE_HOME/models/active" ]; then
    neoscore db seed
    neoscore train
fi
