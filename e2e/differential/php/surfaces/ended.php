<?php
/** Where core would end the request, this is thrown instead: the process is needed for the other side. */

declare(strict_types=1);

namespace Hospital\Differential\Surfaces;

final class Ended extends \Exception {}
