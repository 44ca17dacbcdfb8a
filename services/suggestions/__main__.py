from services.common.cli import main
from services.suggestions import app

main(app)
