from services.analytics import app
from services.common.cli import main

main(app)
